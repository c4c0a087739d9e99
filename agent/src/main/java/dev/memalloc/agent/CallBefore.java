package dev.memalloc.agent;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/** Has a method call another one, a static one without arguments or result, before it does something. */
final class CallBefore extends MethodVisitor {
    private static final String UNSAFE = "jdk/internal/misc/Unsafe";

    private final JdkClass.Change change;

    CallBefore(MethodVisitor code, JdkClass.Change change) {
        super(Opcodes.ASM9, code);
        this.change = change;
    }

    @Override
    public void visitInsn(int opcode) {
        if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
            callIf(JdkClass.Place.BEFORE_RETURNS);
        }
        super.visitInsn(opcode);
    }

    @Override
    public void visitMethodInsn(int opcode, String type, String name, String descriptor, boolean isInterface) {
        if (type.equals(UNSAFE)) {
            callIf(JdkClass.Place.BEFORE_UNSAFE);
        }
        super.visitMethodInsn(opcode, type, name, descriptor, isInterface);
    }

    private void callIf(JdkClass.Place place) {
        if (change.place() == place) {
            super.visitMethodInsn(
                Opcodes.INVOKESTATIC, change.owner(), change.called(), "()V", false);
        }
    }
}
