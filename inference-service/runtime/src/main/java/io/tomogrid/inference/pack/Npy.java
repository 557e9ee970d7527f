package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.OciException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tensors as NumPy's files {@code .npy} (format 1.0 to 3.0, little endian, row major). */
final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern HEADER = Pattern.compile("\\{\\s*'descr':\\s*'([<|=>][a-z][0-9])',"
            + "\\s*'fortran_order':\\s*(True|False),\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*}\\s*");
    private static final Map<String, Tensor.Type> TYPES = Map.of(
            "|b1", Tensor.Type.BOOL,
            "|u1", Tensor.Type.UINT8,
            "|i1", Tensor.Type.INT8,
            "<i2", Tensor.Type.INT16,
            "<i4", Tensor.Type.INT32,
            "<i8", Tensor.Type.INT64,
            "<f4", Tensor.Type.FP32,
            "<f8", Tensor.Type.FP64);

    private Npy() {}

    static Tensor read(String where, byte[] file) throws OciException {
        if (file.length < 12 || !Arrays.equals(MAGIC, Arrays.copyOf(file, MAGIC.length))) {
            throw new OciException(where + " is no NumPy file: save it with numpy.save");
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int start = file[6] == 1 ? 10 : 12;
        long length = file[6] == 1 ? bytes.getShort(8) & 0xffff : bytes.getInt(8) & 0xffffffffL;
        if (start + length > file.length) {
            throw new OciException(where + ": the header is cut off");
        }
        Matcher header = HEADER.matcher(new String(file, start, (int) length, StandardCharsets.ISO_8859_1));
        Tensor.Type type = header.matches() ? TYPES.get(header.group(1)) : null;
        if (type == null || header.group(2).equals("True")) {
            throw new OciException(where + ": expected a little-endian array of one of " + TYPES.values()
                    + " in C order; numpy.ascontiguousarray gives one");
        }
        int data = start + (int) length;
        try {
            long[] shape = Arrays.stream(header.group(3).split(","))
                    .map(String::trim)
                    .filter(s -> !s.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
            return new Tensor(type, shape, ByteBuffer.wrap(file, data, file.length - data));
        } catch (IllegalArgumentException e) {
            throw new OciException(where + ": " + e.getMessage(), e);
        }
    }

    static byte[] write(Tensor tensor) {
        String type = TYPES.entrySet().stream()
                .filter(e -> e.getValue() == tensor.type())
                .findFirst()
                .orElseThrow()
                .getKey();
        String shape = Arrays.stream(tensor.shape()).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer data = tensor.data();
        ByteBuffer file = ByteBuffer.allocate(10 + padded + data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        file.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded);
        file.put((header + " ".repeat(padded - header.length() - 1) + "\n").getBytes(StandardCharsets.ISO_8859_1));
        return file.put(data).array();
    }
}
