package io.tomogrid.node.bench;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.VR;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * CT slices of 512 x 512 pixels of 16 bits, half a megabyte each, in series of 100 and studies of 400, dealt out to folders
 * of which each is sent over an association of its own by DCMTK's {@code storescu}. What is sent was made before, with UIDs
 * of its own, and lies in the page cache.
 */
final class IngestLoad {
    static final int INSTANCES = 1000;
    private static final int SIDE = 512;
    private static final int PER_SERIES = 100;
    private static final int PER_STUDY = 400;
    private static final int FRAMES = 8;
    private static final long SEED = 1;

    private final List<Path> folders;

    private IngestLoad(List<Path> folders) {
        this.folders = folders;
    }

    /** Makes the files. @param name keeps its UIDs apart from other loads' */
    static IngestLoad make(Path folder, String name, int associations) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (int a = 0; a < associations; a++) {
            folders.add(Files.createDirectories(folder.resolve(Integer.toString(a))));
        }
        byte[][] frames = frames();
        for (int n = 0; n < INSTANCES; n++) {
            Path file = folders.get(n % associations).resolve(String.format("%04d.dcm", n));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                Part10.write(out, Uid.ExplicitVRLittleEndian, slice(name, n, frames[n % FRAMES]));
            }
        }
        return new IngestLoad(folders);
    }

    /**
     * Sends all of it, each folder over one association, all at once, from a disk that has written all that was before.
     *
     * @return wall seconds from the first sender's start to the last one's end
     * @throws IOException if one instance was not answered Success
     */
    double send(IngestServer to, Path logs) throws IOException {
        List<Process> senders = new ArrayList<>();
        try {
            // What was written before, by us or by a server that syncs nothing, would otherwise be written at the cost
            // of this one.
            new ProcessBuilder("sync").start().waitFor();
            long start = System.nanoTime();
            for (Path folder : folders) {
                ProcessBuilder sender = new ProcessBuilder(
                                Programs.STORESCU.path().toString(),
                                "+sd",
                                "--required",
                                "-aet",
                                IngestServer.CALLING_AE,
                                "-aec",
                                to.aeTitle(),
                                "127.0.0.1",
                                Integer.toString(to.port()),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(logs.resolve("storescu-" + senders.size() + ".log")
                                .toFile());
                sender.environment().putAll(Programs.WITHOUT_NAGLE);
                senders.add(sender.start());
            }
            for (Process sender : senders) {
                if (sender.waitFor() != 0) {
                    throw new IOException(to.name() + " did not take everything: see " + logs);
                }
            }
            return (System.nanoTime() - start) * 1e-9;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while instances were sent", e);
        } finally {
            senders.forEach(Process::destroy);
        }
    }

    static byte[][] frames() {
        Random random = new Random(SEED);
        byte[][] frames = new byte[FRAMES][];
        for (int f = 0; f < FRAMES; f++) {
            ByteBuffer pixels = ByteBuffer.allocate(2 * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
            while (pixels.hasRemaining()) {
                pixels.putShort((short) Math.round(40 + 15 * random.nextGaussian()));
            }
            frames[f] = pixels.array();
        }
        return frames;
    }

    static Dataset slice(String name, int n, byte[] pixels) {
        int study = n / PER_STUDY;
        int series = n / PER_SERIES;
        double z = 1.5 * (n % PER_SERIES);
        return new Dataset()
                .put(Tag.SOPClassUID, Uid.CTImageStorage)
                .put(Tag.SOPInstanceUID, Uids.derived("ingest", name, "instance", Integer.toString(n)))
                .put(Tag.StudyInstanceUID, Uids.derived("ingest", name, "study", Integer.toString(study)))
                .put(Tag.SeriesInstanceUID, Uids.derived("ingest", name, "series", Integer.toString(series)))
                .put(Tag.FrameOfReferenceUID, Uids.derived("ingest", name, "frame", Integer.toString(study)))
                .put(Tag.PatientName, "BENCH^INGEST")
                .put(Tag.PatientID, Integer.toHexString(name.hashCode()) + "-" + study)
                .put(Tag.StudyDate, "20260115")
                .put(Tag.StudyTime, "103000")
                .put(Tag.Modality, "CT")
                .put(Tag.SeriesDescription, "BENCH")
                .put(Tag.SeriesNumber, 1 + series)
                .put(Tag.InstanceNumber, 1 + n % PER_SERIES)
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                .put(Tag.ImagePositionPatient, -250, -250, z)
                .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                .put(Tag.PixelSpacing, 0.9765625, 0.9765625)
                .put(Tag.SliceThickness, 1.5)
                .put(Tag.KVP, 120)
                .put(Tag.Rows, SIDE)
                .put(Tag.Columns, SIDE)
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 1)
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.RescaleSlope, 1)
                .putBytes(Tag.PixelData, VR.OW, pixels);
    }
}
