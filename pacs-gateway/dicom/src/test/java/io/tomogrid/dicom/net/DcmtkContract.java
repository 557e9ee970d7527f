package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DCMTK at the other end, in both directions. */
@org.junit.jupiter.api.Tag("peer")
public abstract class DcmtkContract extends DimseContract {
    @TempDir
    Path folder;

    protected DcmtkContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeAll
    static void dcmtk() {
        assumeTrue(
                List.of("/usr/bin/storescu", "/usr/bin/storescp").stream()
                        .allMatch(p -> Files.isExecutable(Path.of(p))),
                "needs DCMTK (Debian package dcmtk)");
    }

    @ParameterizedTest
    @CsvSource({
        "-xe, " + Uid.ExplicitVRLittleEndian,
        "-xi, " + Uid.ImplicitVRLittleEndian,
        "-xb, " + Uid.ExplicitVRBigEndian
    })
    void storescu_stores_here(String option, String transferSyntax) throws Exception {
        Dataset image = image(200_000);
        Path file = file(image);
        Map<String, byte[]> received = new ConcurrentHashMap<>();
        try (DimseServer server = acceptor.start(
                DimseServerConfig.loopback(0, "TOMOGRID", "STORESCU"::equals),
                DimseServices.storing((request, data) -> {
                    received.put(request.transferSyntax(), data.readAllBytes());
                    return DimseStatus.SUCCESS;
                }))) {
            run("echoscu", "-aet", "STORESCU", "-aec", "TOMOGRID", "127.0.0.1", Integer.toString(server.port()));
            run("storescu", option, "-aec", "TOMOGRID", "127.0.0.1", Integer.toString(server.port()), file.toString());
        }
        assertThat(received).hasSize(1);
        var sent = received.entrySet().iterator().next();
        Dataset there = io.tomogrid.dicom.DatasetReader.read(
                new ByteArrayInputStream(sent.getValue()), sent.getKey(), io.tomogrid.dicom.ReadLimits.DEFAULT);
        assertThat(there.bytes(Tag.PixelData))
                .hasValueSatisfying(pixels ->
                        assertThat(pixels).isEqualTo(image.bytes(Tag.PixelData).orElseThrow()));
        assertThat(sent.getKey()).isIn(transferSyntax, Uid.ExplicitVRLittleEndian);
    }

    @Test
    void storescp_takes_what_we_store() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Process storescp = new ProcessBuilder("storescp", "-od", folder.toString(), Integer.toString(port))
                .inheritIO()
                .start();
        try {
            Dataset image = image(300_001);
            ByteArrayOutputStream encoded = new ByteArrayOutputStream();
            DatasetWriter.write(encoded, Uid.ExplicitVRLittleEndian, image);
            try (Association association = openPatiently(port)) {
                assertThat(association
                                .store(
                                        Uid.CTImageStorage,
                                        "1.2.3.4",
                                        Uid.ExplicitVRLittleEndian,
                                        new ByteArrayInputStream(encoded.toByteArray()))
                                .isSuccess())
                        .isTrue();
            }
            try (var files = Files.list(folder)) {
                Path stored = files.filter(p -> p.toString().contains("1.2.3.4"))
                        .findFirst()
                        .orElseThrow();
                assertThat(Part10.read(stored).dataset()).isEqualTo(image);
            }
        } finally {
            storescp.destroy();
            storescp.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private Association openPatiently(int port) throws Exception {
        for (int i = 0; ; i++) {
            try {
                return client.open(AssociationRequest.storing(
                        "127.0.0.1",
                        port,
                        "TOMOGRID",
                        "STORESCP",
                        List.of(new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.ExplicitVRLittleEndian))));
            } catch (java.net.ConnectException e) {
                assertThat(i).isLessThan(50);
                Thread.sleep(100);
            }
        }
    }

    private Path file(Dataset image) throws IOException {
        Path file = folder.resolve("image.dcm");
        try (OutputStream out = Files.newOutputStream(file)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, image);
        }
        return file;
    }

    private static Dataset image(int pixelBytes) {
        byte[] pixels = new byte[pixelBytes + (pixelBytes & 1)];
        new Random(1).nextBytes(pixels);
        return new Dataset()
                .put(Tag.SOPClassUID, Uid.CTImageStorage)
                .put(Tag.SOPInstanceUID, "1.2.3.4")
                .put(Tag.StudyInstanceUID, "1.2.3")
                .put(Tag.SeriesInstanceUID, "1.2.3.1")
                .put(Tag.PatientID, "TEST")
                .put(Tag.Modality, "CT")
                .put(Tag.BitsAllocated, 16)
                .putBytes(Tag.PixelData, VR.OW, pixels);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        assertThat(process.waitFor())
                .as("%s%n%s", String.join(" ", command), output)
                .isZero();
    }
}
