#include "textflag.h"

// func vectorZeros(data []byte, p int) int
TEXT ·vectorZeros(SB), NOSPLIT, $0-40
	MOVQ  data_base+0(FP), SI
	MOVQ  data_len+8(FP), CX
	MOVQ  p+24(FP), DX
	SUBQ  $64, CX
	VPXOR Y0, Y0, Y0

loop:
	CMPQ      DX, CX
	JGT       end
	VPCMPEQB  (SI)(DX*1), Y0, Y1
	VPCMPEQB  32(SI)(DX*1), Y0, Y2
	VPMOVMSKB Y1, AX
	VPMOVMSKB Y2, BX
	SHLQ      $32, BX
	ORQ       BX, AX

	// AX has a bit for each zero byte. BX gets one where there are such at 0, 2, 4, 6 and 8 from there on.
	MOVQ AX, BX
	SHRQ $2, BX
	ANDQ AX, BX
	MOVQ BX, R8
	SHRQ $4, R8
	ANDQ R8, BX
	MOVQ AX, R8
	SHRQ $8, R8
	ANDQ R8, BX
	JZ   next

	// And none at 1, 3, 5 and 7.
	MOVQ AX, R8
	SHRQ $1, R8
	SHRQ $3, AX
	ORQ  AX, R8
	MOVQ R8, AX
	SHRQ $4, AX
	ORQ  AX, R8
	NOTQ R8
	ANDQ R8, BX
	JZ   next
	BSFQ BX, BX
	ADDQ DX, BX
	MOVQ BX, ret+32(FP)
	VZEROUPPER
	RET

next:
	ADDQ $56, DX
	JMP  loop

end:
	NOTQ DX
	MOVQ DX, ret+32(FP)
	VZEROUPPER
	RET
