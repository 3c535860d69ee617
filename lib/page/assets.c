#include "page/assets.h"

/* The assembler puts the file's bytes here and a NUL behind them; paths are those from where make runs. */
#define ASSET(name, path)                                  \
	__asm__(".pushsection .rodata,\"a\",%progbits\n"   \
	        ".globl " #name "\n"                       \
	        ".type " #name ",%object\n" #name ":\n"    \
	        ".incbin \"" path "\"\n"                   \
	        ".byte 0\n"                                \
	        ".size " #name ",.-" #name "\n"            \
	        ".popsection")

ASSET(asset_style, "pipelines/report/style.css");
ASSET(asset_report_style, "lib/page/report.css");
ASSET(asset_report_script, "lib/page/report.js");
