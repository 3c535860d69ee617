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
HARDEN ?= -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2

# The libraries by their pkg-config names; what `make deps` installs by its Debian names
PKGS = openblas libtiff-4 zlib libjpeg libpng jansson
DEBS = gcc libc6-dev make pkg-config libopenblas-dev libtiff-dev zlib1g-dev libjpeg-dev libpng-dev libjansson-dev \
	bats mandoc shellcheck gnuplot-nox libxml2-utils
