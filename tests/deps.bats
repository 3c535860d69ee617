# make deps: exactly what is missing, and nothing else; with stand-ins for apt-get, dpkg-query, sudo and id
load lib

# stand_in NAME: a command that notes how it was called
stand_in() {
	cat >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}

debian() {
	mkdir -p "$T/bin"
	stand_in dpkg-query <<-'E'
		#!/bin/sh
		case $3 in here*) echo "install ok installed" ;; gone) echo "deinstall ok config-files" ;; *) exit 1 ;; esac
	E
	stand_in apt-get <<-E
		#!/bin/sh
		echo "apt-get \$*" >>"$T/calls"
	E
	stand_in sudo <<-E
		#!/bin/sh
		echo "sudo \$*" >>"$T/calls"
		exec "\$@"
	E
	stand_in id <<-'E'
		#!/bin/sh
		echo "${AS:-0}"
	E
	for tool in sh env cat; do
		ln -s "$(command -v $tool)" "$T/bin/$tool"
	done
}

deps() {
	PATH=$T/bin "$ROOT/config/deps" "$@"
}

@test "when all is there, nothing is called and nothing is said" {
	debian
	run deps here1 here2
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ ! -e "$T/calls" ]
}

@test "what is missing is named and installed, and only that; a removed package counts as missing" {
	debian
	run deps here1 missing1 here2 gone
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "deps: installing by apt-get: missing1 gone" ]
	grep -qx 'apt-get -q -y --no-install-recommends install missing1 gone' "$T/calls"
	[ -z "$(grep sudo "$T/calls")" ]
}

@test "who is not root goes through sudo, and stops without it" {
	debian
	AS=1000 run deps missing1
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "deps: installing by sudo apt-get: missing1" ]
	grep -q '^sudo .*install missing1$' "$T/calls"
	rm "$T/bin/sudo" "$T/calls"
	AS=1000 run deps missing1
	[ "$status" -eq 2 ]
	[[ $output == *"missing: missing1; neither root nor sudo"* ]]
	[ ! -e "$T/calls" ]
}

@test "a failing apt-get stops with status 2" {
	debian
	printf '#!/bin/sh\nexit 100\n' >"$T/bin/apt-get"
	run deps missing1
	[ "$status" -eq 2 ]
}

@test "elsewhere it names what is needed and stops" {
	debian
	rm "$T/bin/apt-get"
	run deps here1 missing1
	[ "$status" -eq 2 ]
	[[ $output == *"not a Debian system"*"here1 missing1" ]]
	[ ! -e "$T/calls" ]
}

@test "make deps GOAL makes the goal after deps" {
	run make -C "$ROOT" -n deps all clean
	[ "$status" -eq 0 ]
	[[ $output == *"config/deps"*" all clean"*"rm -rf"* ]]
}

@test "without the libraries make says what is missing and what to do" {
	run make -C "$ROOT" -n BUILD="$T/build" PKGS="zlib no-such-library" all
	[ "$status" -eq 2 ]
	[[ $output == *"libraries are missing (no-such-library): run 'make deps'"* ]]
}
