package io.tomogrid.sparkjob.petct;

import io.tomogrid.archive.DamagedRecordException;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.codec.CodecMissingException;
import io.tomogrid.codec.DecodedImage;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.codec.UndecodableException;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads images out of the archive; bytes that have not the SHA-256 of their reference are never looked at. */
public final class ArchivedSeries {
    private final SegmentReader archive;
    private final Parallel parallel;
    private final PixelDecoder decoder = new PixelDecoder();

    public ArchivedSeries(SegmentReader archive, Parallel parallel) {
        this.archive = archive;
        this.parallel = parallel;
    }

    /** Everything of one instance but its pixel data. */
    Dataset header(InstanceRef instance) throws ProtocolFailure {
        return dataset(instance, Tag.PixelData);
    }

    /** One instance, whole. */
    public Dataset whole(InstanceRef instance) throws ProtocolFailure {
        return dataset(instance, 0xffffffff);
    }

    /** What is made of one instance. */
    public interface Work<T> {
        T of(InstanceRef instance) throws ProtocolFailure;
    }

    /**
     * Does the work for every instance of a series, several at once.
     *
     * @return what was made of them, in their order
     * @throws ProtocolFailure of the first instance of the series that has one, however many threads there are
     */
    public <T> List<T> each(SeriesRef series, Work<T> work) throws ProtocolFailure {
        List<T> made = new ArrayList<>(Collections.nCopies(series.instances().size(), null));
        try {
            parallel.run(made.size(), n -> {
                try {
                    made.set(n, work.of(series.instances().get(n)));
                } catch (ProtocolFailure failure) {
                    throw new Failed(failure);
                }
            });
        } catch (Failed failed) {
            throw failed.failure;
        }
        return made;
    }

    /** Carries a failure out of a thread. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final ProtocolFailure failure;

        private Failed(ProtocolFailure failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /** All images of a series, in the order of their references; of a multi-frame instance its frames. */
    List<StoredImage> images(SeriesRef series) throws ProtocolFailure {
        for (InstanceRef instance : series.instances()) {
            String syntax = instance.transferSyntaxUid();
            if (!Reencoder.isUncompressed(syntax) && !decoder.decodes(syntax)) {
                throw ProtocolFailure.input(series.modality() + " series " + series.seriesUid()
                        + " is compressed, " + PixelDecoder.name(syntax)
                        + ", which is not decoded; send it uncompressed");
            }
        }
        List<List<StoredImage>> images = each(series, instance -> images(uncompressed(instance)));
        return images.stream().flatMap(List::stream).toList();
    }

    private static List<StoredImage> images(Dataset instance) throws ProtocolFailure {
        if (!MultiFrame.is(instance.string(Tag.SOPClassUID).orElse(""))) {
            return List.of(StoredImage.of(instance));
        }
        List<StoredImage> frames = new ArrayList<>();
        for (Dataset frame : MultiFrame.frames(instance)) {
            frames.add(StoredImage.of(frame));
        }
        return frames;
    }

    private Dataset dataset(InstanceRef instance, int stop) throws ProtocolFailure {
        return read(
                instance,
                bytes -> DatasetReader.readUntil(bytes, instance.transferSyntaxUid(), ReadLimits.DEFAULT, stop));
    }

    /** The instance with pixel data as they stand in Explicit VR Little Endian. */
    private Dataset uncompressed(InstanceRef instance) throws ProtocolFailure {
        if (Reencoder.isUncompressed(instance.transferSyntaxUid())) {
            return whole(instance);
        }
        return read(instance, bytes -> {
            DecodedImage image = DecodedImage.open(bytes, instance.transferSyntaxUid(), decoder);
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int n = 1; n <= image.frames(); n++) {
                frames.write(image.frame(n));
            }
            return image.header().putBytes(Tag.PixelData, VR.OW, frames.toByteArray());
        });
    }

    /** Reads the bytes of an instance. */
    private interface Reading {
        Dataset of(InputStream bytes) throws IOException;
    }

    private Dataset read(InstanceRef instance, Reading reading) throws ProtocolFailure {
        try {
            byte[] bytes = archive.read(
                    new SegmentRef(instance.segment(), instance.offset(), instance.length()), instance.sha256());
            return reading.of(new ByteArrayInputStream(bytes));
        } catch (DicomFormatException notADataset) {
            throw ProtocolFailure.input("image " + instance.sopInstanceUid() + ": " + notADataset.getMessage());
        } catch (UndecodableException notAnImage) {
            throw ProtocolFailure.input("image " + instance.sopInstanceUid() + ": " + notAnImage.getMessage()
                    + "; send it again, or uncompressed");
        } catch (CodecMissingException missing) {
            throw new ProtocolFailure(
                    missing.getMessage() + " on each machine that runs jobs", Remedy.ASK_OPERATOR, missing);
        } catch (DamagedRecordException damaged) {
            throw new ProtocolFailure(
                    "image " + instance.sopInstanceUid() + " is damaged in the archive: " + damaged.getMessage()
                            + "; restore the segment or send the image again",
                    Remedy.ASK_OPERATOR,
                    damaged);
        } catch (IOException unreachable) {
            throw new ProtocolFailure(
                    "image " + instance.sopInstanceUid() + " cannot be read from the archive: "
                            + unreachable.getMessage() + "; is the archive's file system up?",
                    Remedy.RETRY,
                    unreachable);
        }
    }
}
