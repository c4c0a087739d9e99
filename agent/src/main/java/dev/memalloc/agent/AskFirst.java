package dev.memalloc.agent;

import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Has a method ask another one first, a static one, with its own arguments: what that returns is the result, and the
 * method's own code runs only if it is null or 0. If there is no result to return, the other one says by a boolean
 * whether all is done.
 */
final class AskFirst extends MethodVisitor {
    /** The most that the call puts on the stack: two longs to compare. */
    private static final int STACK_MAX = 6;

    private final int access;
    private final JdkClass.Change change;
    private final Type type;

    AskFirst(MethodVisitor code, int access, JdkClass.Change change) {
        super(Opcodes.ASM9, code);
        this.access = access;
        this.change = change;
        this.type = Type.getMethodType(change.descriptor());
    }

    @Override
    public void visitCode() {
        super.visitCode();
        Label own = new Label();
        switch (type.getReturnType().getSort()) {
            case Type.VOID -> {
                ask(Type.BOOLEAN_TYPE);
                super.visitJumpInsn(Opcodes.IFEQ, own);
                super.visitInsn(Opcodes.RETURN);
                super.visitLabel(own);
                super.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
                // So that it is not at one place with a frame of the method's own.
                super.visitInsn(Opcodes.NOP);
            }
            case Type.LONG -> {
                ask(Type.LONG_TYPE);
                super.visitInsn(Opcodes.DUP2);
                super.visitInsn(Opcodes.LCONST_0);
                super.visitInsn(Opcodes.LCMP);
                super.visitJumpInsn(Opcodes.IFEQ, own);
                super.visitInsn(Opcodes.LRETURN);
                super.visitLabel(own);
                super.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {Opcodes.LONG});
                super.visitInsn(Opcodes.POP2);
            }
            case Type.OBJECT -> {
                ask(type.getReturnType());
                super.visitInsn(Opcodes.DUP);
                super.visitJumpInsn(Opcodes.IFNULL, own);
                super.visitInsn(Opcodes.ARETURN);
                super.visitLabel(own);
                super.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {type.getReturnType().getInternalName()});
                super.visitInsn(Opcodes.POP);
            }
            default -> throw new IllegalStateException("no method with this result is rewritten: " + type);
        }
    }

    @Override
    public void visitMaxs(int stack, int locals) {
        super.visitMaxs(Math.max(stack, STACK_MAX), locals);
    }

    private void ask(Type answer) {
        int local = (access & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
        for (Type argument : type.getArgumentTypes()) {
            super.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
            local += argument.getSize();
        }
        super.visitMethodInsn(Opcodes.INVOKESTATIC, change.owner(), change.called(),
            Type.getMethodDescriptor(answer, type.getArgumentTypes()), false);
    }
}
