#include "textflag.h"

// What a byte may be in by its low half, and by its high half, for ASCII; it is in what both say. The five low bits are
// parts of the alphabet, the three high ones of what may begin an escape.
DATA lowHalves<>+0(SB)/8, $0x1e3e3e1e1e1e1e1a
DATA lowHalves<>+8(SB)/8, $0x0d044584051c1e1e
GLOBL lowHalves<>(SB), RODATA|NOPTR, $16

DATA highHalves<>+0(SB)/8, $0x1004880442210000
DATA highHalves<>+8(SB)/8, $0x0000000000000000
GLOBL highHalves<>(SB), RODATA|NOPTR, $16

DATA halfBits<>+0(SB)/4, $0x0f0f0f0f
GLOBL halfBits<>(SB), RODATA|NOPTR, $4

DATA alphabetBits<>+0(SB)/4, $0x1f1f1f1f
GLOBL alphabetBits<>(SB), RODATA|NOPTR, $4

// CLASSIFY sets members to the sets that each byte of text is in. A byte beyond ASCII finds nothing by its low half.
#define CLASSIFY(text, members) \
	VPSRLW  $4, text, members    \
	VPAND   Y3, members, members \
	VPSHUFB members, Y2, members \
	VPSHUFB text, Y1, text       \
	VPAND   text, members, members

// MASKS sets none to a bit for each byte of members that is not in the alphabet, and plain to one for each that may not
// begin an escape: neither of those sets holds both.
#define MASKS(members, none, plain) \
	VPAND     members, Y4, Y7  \
	VPCMPEQB  Y7, Y0, Y7       \
	VPMOVMSKB Y7, none         \
	VPANDN    members, Y4, Y7  \
	VPCMPEQB  Y7, Y0, Y7       \
	VPMOVMSKB Y7, plain

// func wideMasks(masks *[maskedGroups]groupMasks, data *byte, groups int)
TEXT ·wideMasks(SB), NOSPLIT, $0-24
	MOVQ           masks+0(FP), DI
	MOVQ           data+8(FP), SI
	MOVQ           groups+16(FP), R8
	VPXOR          Y0, Y0, Y0
	VBROADCASTI128 lowHalves<>(SB), Y1
	VBROADCASTI128 highHalves<>(SB), Y2
	VPBROADCASTD   halfBits<>(SB), Y3
	VPBROADCASTD   alphabetBits<>(SB), Y4

group:
	VMOVDQU (SI), Y5
	VMOVDQU 32(SI), Y8
	CLASSIFY(Y5, Y6)
	CLASSIFY(Y8, Y9)
	MASKS(Y6, AX, BX)
	MASKS(Y9, CX, DX)
	SHLQ    $32, CX
	ORQ     CX, AX
	NOTQ    AX
	SHLQ    $32, DX
	ORQ     DX, BX
	NOTQ    BX
	MOVQ    AX, (DI)
	MOVQ    BX, 8(DI)
	ADDQ    $64, SI
	ADDQ    $16, DI
	DECQ    R8
	JNZ     group
	VZEROUPPER
	RET
