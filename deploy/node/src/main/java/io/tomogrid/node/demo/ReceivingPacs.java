package io.tomogrid.node.demo;

import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A Storage SCP that keeps what it gets as files, one folder for each SOP class: a PACS small enough for a demo. */
public final class ReceivingPacs implements Pacs {
    static final String AE_TITLE = "DEMOPACS";

    private final Path folder;
    private final Map<String, Path> received = new ConcurrentHashMap<>();
    private final DimseServer server;

    private ReceivingPacs(Path folder, String callingAe, int port) throws IOException {
        this.folder = folder;
        this.server = DimseServer.start(DimseServerConfig.loopback(port, AE_TITLE, callingAe::equals), this::keep);
    }

    /** @param callingAe the only AE title that it knows @param port 0 for any */
    public static ReceivingPacs start(Path folder, String callingAe, int port) throws IOException {
        Files.createDirectories(folder);
        return new ReceivingPacs(folder, callingAe, port);
    }

    @Override
    public String aeTitle() {
        return AE_TITLE;
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String where() {
        return folder.toString();
    }

    @Override
    public boolean holds(String sopInstanceUid) {
        return received.containsKey(sopInstanceUid);
    }

    @Override
    public Part10File read(String sopInstanceUid) throws IOException {
        Path file = received.get(sopInstanceUid);
        if (file == null) {
            throw new IOException("the PACS holds no instance " + sopInstanceUid);
        }
        return Part10.read(file);
    }

    private DimseStatus keep(CStoreRequest request, InputStream dataset) throws IOException {
        if (!Uids.valid(request.sopInstanceUid()) || !Uids.valid(request.sopClassUid())) {
            return DimseStatus.CANNOT_UNDERSTAND.because("not a UID");
        }
        Path kind = Files.createDirectories(
                folder.resolve(Dictionary.uidName(request.sopClassUid()).replaceAll("[^A-Za-z0-9.]+", "-")));
        Path part = Files.createTempFile(kind, "incoming", ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 18)) {
                Part10.writeMeta(out, request.sopClassUid(), request.sopInstanceUid(), request.transferSyntax());
                dataset.transferTo(out);
            }
            Path file = kind.resolve(request.sopInstanceUid() + ".dcm");
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            received.put(request.sopInstanceUid(), file);
        } finally {
            Files.deleteIfExists(part);
        }
        return DimseStatus.SUCCESS;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
