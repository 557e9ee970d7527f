package io.tomogrid.gateway.dicomweb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** WEB-03: multipart bodies, read as they come. */
class MultipartTest {
    private static List<byte[]> read(byte[] message, String boundary) throws IOException {
        return read(new ByteArrayInputStream(message), boundary, 1 << 16);
    }

    private static List<byte[]> read(InputStream in, String boundary, int buffer) throws IOException {
        MultipartReader reader = new MultipartReader(in, boundary, buffer);
        List<byte[]> parts = new ArrayList<>();
        while (reader.next()) {
            parts.add(reader.body().readAllBytes());
        }
        return parts;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Gives as few bytes at once as it likes. */
    private static InputStream dripping(byte[] message, Random random) {
        return new FilterInputStream(new ByteArrayInputStream(message)) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                return super.read(into, from, Math.min(length, 1 + random.nextInt(40)));
            }
        };
    }

    @Test
    void random_parts_come_out_as_they_went_in() throws IOException {
        long seed = 20261125;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String boundary = "b" + random.nextInt(1000);
            List<byte[]> parts = new ArrayList<>();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            MultipartWriter writer = new MultipartWriter(out, boundary);
            for (int p = random.nextInt(4); p >= 0; p--) {
                byte[] part = nearlyBoundaries(random, boundary);
                parts.add(part);
                writer.part("application/dicom", null);
                out.writeBytes(part);
            }
            writer.end();
            byte[] message = out.toByteArray();
            List<byte[]> found = read(dripping(message, random), boundary, random.nextInt(60));
            assertThat(found).as("round %d of seed %d", round, seed).hasSameSizeAs(parts);
            for (int p = 0; p < parts.size(); p++) {
                assertThat(found.get(p)).as("round %d of seed %d", round, seed).isEqualTo(parts.get(p));
            }
        }
    }

    /** Bytes that begin like a delimiter again and again, and never are one. */
    private static byte[] nearlyBoundaries(Random random, String boundary) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String delimiter = "\r\n--" + boundary;
        for (int n = random.nextInt(30); n > 0; n--) {
            out.writeBytes(ascii(delimiter.substring(0, random.nextInt(delimiter.length()))));
            out.write(random.nextBoolean() ? '\r' : '#');
        }
        return out.toByteArray();
    }

    /** Whatever the bytes are, there is an end: parts, or the one exception. */
    @Test
    void damaged_messages_end_in_one_way_only() throws IOException {
        long seed = 4711;
        Random random = new Random(seed);
        byte[] good = ascii("--x\r\nContent-Type: application/dicom\r\n\r\nabc\r\n--x\r\nA: b\r\n\r\n\r\n--x--\r\n");
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            byte[] message =
                    java.util.Arrays.copyOf(good, random.nextInt(10) == 0 ? random.nextInt(good.length) : good.length);
            for (int n = random.nextInt(3); n > 0 && message.length > 0; n--) {
                message[random.nextInt(message.length)] = (byte) "\r\n-x:a ".charAt(random.nextInt(7));
            }
            try {
                assertThat(read(dripping(message, random), "x", 8))
                        .as("round %d of seed %d", round, seed)
                        .hasSizeLessThan(9);
            } catch (MalformedMultipart expected) {
                assertThat(expected.getMessage()).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 4500);
    }

    @Test
    void preamble_epilogue_padding_and_lines_of_headers() throws IOException {
        byte[] message = ascii(
                "this is a preamble\r\n--x  \r\n\r\nbody\r\n--x\t\r\nCONTENT-TYPE: a/b\r\n\r\n--y\r\n--x--\r\nepilogue");
        MultipartReader reader = new MultipartReader(new ByteArrayInputStream(message), "x");
        assertThat(reader.next()).isTrue();
        assertThat(reader.headers()).isEmpty();
        assertThat(reader.next()).isTrue();
        assertThat(reader.headers()).containsEntry("content-type", "a/b");
        assertThat(reader.body().readAllBytes()).asString().isEqualTo("--y");
        assertThat(reader.next()).isFalse();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void faults_are_named() {
        assertThatThrownBy(() -> read(ascii("--y\r\n\r\nabc\r\n--y--"), "x"))
                .hasMessageContaining("does not begin a part");
        assertThatThrownBy(() -> read(ascii("--x\r\n\r\nabc"), "x")).hasMessageContaining("breaks off");
        assertThatThrownBy(() -> read(ascii("--x\r\nno header\r\n\r\nabc\r\n--x--"), "x"))
                .hasMessageContaining("Name: value");
        assertThatThrownBy(() -> read(ascii("--xx\r\n\r\nabc\r\n--xx--"), "x")).hasMessageContaining("line break");
        assertThatThrownBy(() -> read(new byte[0], "")).hasMessageContaining("RFC 2046");
        assertThatThrownBy(() -> read(ascii("--x\r\nA: " + "a".repeat(20_000) + "\r\n\r\n--x--"), "x"))
                .hasMessageContaining("at most");
    }
}
