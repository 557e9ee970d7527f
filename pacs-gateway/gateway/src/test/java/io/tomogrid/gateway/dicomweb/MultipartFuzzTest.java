package io.tomogrid.gateway.dicomweb;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a multipart body: parts, or {@link MalformedMultipart}, however the bytes come (WEB-03). */
class MultipartFuzzTest {
    static Stream<byte[]> bodies() {
        return Stream.of(
                        "--b\r\nContent-Type: application/dicom\r\n\r\nbytes\r\n--b\r\n\r\n\r\n--b--\r\n",
                        "before\r\n--b \t\r\nA: b\r\n\r\n\r\n--\r\n--bb\r\n--b--after",
                        "--b--")
                .map(text -> text.getBytes(StandardCharsets.US_ASCII));
    }

    @MethodSource("bodies")
    @FuzzTest
    void multipart(byte[] bytes) throws IOException {
        List<String> parts = read(new ByteArrayInputStream(bytes), 1 << 16);
        InputStream oneByOne = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1));
            }
        };
        assertThat(read(oneByOne, 1)).as("in small pieces").isEqualTo(parts);
    }

    /** Headers and bytes of each part, and how it ended. */
    private static List<String> read(InputStream in, int buffer) throws IOException {
        List<String> parts = new ArrayList<>();
        try {
            MultipartReader reader = new MultipartReader(in, "b", buffer);
            while (reader.next()) {
                parts.add(reader.headers().toString());
                parts.add(Base64.getEncoder().encodeToString(reader.body().readAllBytes()));
            }
        } catch (MalformedMultipart refused) {
            assertThat(refused.getMessage()).isNotBlank();
            parts.add(refused.getMessage());
        }
        return parts;
    }
}
