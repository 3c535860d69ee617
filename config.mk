# The knobs of the build. Set them here, in the environment or on make's command line.

VERSION = 0.1.0

PREFIX ?= /usr/local
BUILD  ?= build

# CC ?= would never take effect: make predefines it
ifeq ($(origin CC),default)
CC = gcc
endif
WARN   ?= -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-unused-parameter
OPT    ?= -O3 -g
# SAN=address,undefined builds everything with these sanitizers
SAN    ?=
# What makes a defect end a program instead of serving an intruder; not with SAN, whose checks it would get in the way of
HARDEN ?= -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY)
HARDEN_LINK ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack

# Loaded by the tools that compute with a network, not linked (lib/nn/gemm.c)
BLAS_SO ?= libopenblas.so.0

# The libraries by their pkg-config names; what `make deps` installs by its Debian names
PKGS = openblas libtiff-4 zlib libjpeg libpng jansson
DEBS = gcc libc6-dev make pkg-config libopenblas-dev libtiff-dev zlib1g-dev libjpeg-dev libpng-dev libjansson-dev \
	bats mandoc shellcheck gnuplot-nox libxml2-utils dcm2niix
