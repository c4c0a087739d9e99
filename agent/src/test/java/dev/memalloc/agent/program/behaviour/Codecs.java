package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Buffers that are compressed, summed up, encoded and encrypted, much of it by native code and by intrinsics. */
final class Codecs {
    private Codecs() {
    }

    static void show() {
        for (Checksum checksum : List.of(new CRC32(), new CRC32C(), new Adler32())) {
            print("checksum, " + checksum.getClass().getSimpleName(), () -> {
                checksum.update(Buffers.filled(1000));
                checksum.update(Buffers.filled(1000).position(3).slice());
                checksum.update(Buffers.filled(0));
                return checksum.getValue();
            });
        }
        print("deflate", () -> {
            Deflater deflater = new Deflater();
            deflater.setInput(Buffers.filled(100_000));
            deflater.finish();
            ByteBuffer packed = ByteBuffer.allocateDirect(200_000);
            int size = deflater.deflate(packed);
            deflater.end();
            Inflater inflater = new Inflater();
            inflater.setInput(packed.flip());
            ByteBuffer unpacked = ByteBuffer.allocateDirect(100_000);
            inflater.inflate(unpacked);
            inflater.end();
            return size + " " + unpacked.flip().equals(Buffers.filled(100_000));
        });
        print("inflate garbage", () -> {
            Inflater inflater = new Inflater();
            inflater.setInput(Buffers.filled(100).position(7));
            return inflater.inflate(ByteBuffer.allocateDirect(100));
        });
        print("charset", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(100);
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap("h\u00e4\u20ac"), buffer, true);
            return (int) StandardCharsets.UTF_8.decode(buffer.flip()).get(2) + " " + buffer;
        });
        print("digest", () -> {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Buffers.filled(1000));
            return ByteBuffer.wrap(digest.digest()).hashCode();
        });
        print("mac", () -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(new byte[16], "HmacSHA256"));
            mac.update(Buffers.filled(1000));
            return ByteBuffer.wrap(mac.doFinal()).hashCode();
        });
        print("cipher", () -> {
            ByteBuffer encrypted = ByteBuffer.allocateDirect(1016);
            gcm(Cipher.ENCRYPT_MODE).doFinal(Buffers.filled(1000), encrypted);
            int hash = encrypted.flip().hashCode();
            ByteBuffer decrypted = ByteBuffer.allocateDirect(1000);
            gcm(Cipher.DECRYPT_MODE).doFinal(encrypted, decrypted);
            return hash + " " + decrypted.flip().mismatch(Buffers.filled(1000));
        });
        print("cipher in place", () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(1100);
            ByteBuffer plain = Buffers.fill(buffer.slice(0, 1000));
            gcm(Cipher.ENCRYPT_MODE).doFinal(plain, buffer);
            return buffer.flip().hashCode();
        });
        print("cipher without room", () ->
            gcm(Cipher.ENCRYPT_MODE).doFinal(Buffers.filled(1000), ByteBuffer.allocateDirect(1000)));
        print("other cipher", () -> {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[16], "AES"),
                new IvParameterSpec(new byte[16]));
            ByteBuffer encrypted = ByteBuffer.allocateDirect(1000);
            cipher.doFinal(Buffers.filled(1000), encrypted);
            return encrypted.flip().hashCode();
        });
    }

    private static Cipher gcm(int mode) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(new byte[16], "AES"), new GCMParameterSpec(128, new byte[12]));
        return cipher;
    }
}
