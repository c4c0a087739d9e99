package dev.memalloc;

/** The operating system refused a call. */
final class OsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OsException(String function, String purpose, long address, long size, int errno) {
        super(function + " failed with errno " + errno + name(errno) + " when " + purpose + " " + size + " bytes"
            + (address == 0 ? "" : " at 0x" + Long.toHexString(address)));
    }

    private static String name(int errno) {
        return switch (errno) {
            case 1 -> " (EPERM)";
            case 11 -> " (EAGAIN)";
            case 12 -> " (ENOMEM)";
            case 13 -> " (EACCES)";
            case 14 -> " (EFAULT)";
            case 22 -> " (EINVAL)";
            default -> "";
        };
    }
}
