# The program that proves an accelerator. It is the whole firmware of a machine: entered from the reset
# vector in real mode, it switches to 64-bit mode with paging, runs a loop of 16 million rounds and an
# SSE2 addition, and says 0x2a on the debug-exit port if both came out right.
#
# The loop and the addition are there for hosts whose KVM opens and starts but only emulates guest
# instructions one by one: there the one takes far too long and the other never succeeds.
#
# To make ../resources/dev/berth/launcher/accelerator-test.bin:
#   as --64 -o test.o accelerator-test.S
#   ld -Ttext=0 -e 0 --oformat binary -o accelerator-test.bin test.o
        .code16
        .org 0
        cli
        movw %cs, %ax
        movw %ax, %ds
        xorw %ax, %ax
        movw %ax, %es
        # page tables at 0x1000 (PML4), 0x2000 (PDPT), 0x3000 (PD): identity for the first 2 MiB
        movw $0x1000, %di
        movw $0x1800, %cx
        cld
        rep stosw
        movl $0x2003, %es:0x1000
        movl $0x3003, %es:0x2000
        movl $0x0083, %es:0x3000
        lgdtl gdtr
        movl $0x220, %eax
        movl %eax, %cr4
        movl $0x1000, %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax
        wrmsr
        movl %cr0, %eax
        orl $0x80000001, %eax
        movl %eax, %cr0
        ljmpl $8, $(long64 + 0xff000)
        .code64
long64: movl $0x1000000, %ecx
        xorl %ebx, %ebx
1:      addl $3, %ebx
        decl %ecx
        jnz 1b
        cmpl $0x3000000, %ebx
        jne halt
        movabsq $0x123456789abcdef, %rax
        movq %rax, %xmm0
        paddq %xmm0, %xmm0
        movq %xmm0, %rbx
        addq %rax, %rax
        cmpq %rax, %rbx
        jne halt
        movb $0x2a, %al
        movw $0x501, %dx
        outb %al, %dx
halt:   hlt
        jmp halt
        .balign 8
gdt:    .quad 0
        .quad 0x00af9b000000ffff
gdtr:   .word 15
        .long gdt + 0xff000
