package io.tomogrid.sparkjob.ct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.object.ReconstructedCt;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ctpd.CtPdAttributes;
import io.tomogrid.imaging.ctpd.CtPdReader;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The projections of a study.
 *
 * @param first header of the first view, without private attributes and pixels @param last of the last view
 * @param sha256 of the pixel data in the order of the views
 * @param notes on what was left alone
 */
record Projections(Dataset first, Dataset last, CtPdReader.Series series, String sha256, List<String> notes) {
    /** Of several series of projections, that with most views, then with the smallest UID. */
    static Projections of(StudyComplete study, ArchivedSeries archive) throws ProtocolFailure {
        List<SeriesRef> candidates = new ArrayList<>();
        for (SeriesRef series : study.series()) {
            if (mayBe(series)
                    && CtPdReader.isView(archive.whole(series.instances().get(0))::bytes)) {
                candidates.add(series);
            }
        }
        candidates.sort(
                Comparator.comparing((SeriesRef s) -> -s.instances().size()).thenComparing(SeriesRef::seriesUid));
        if (candidates.isEmpty()) {
            throw ProtocolFailure.input("the study has no CT projections that can be read: expected DICOM-CT-PD, with"
                    + " Detector Focal Center Angular Position (7031,1001) in each view; payloads of other makers are"
                    + " kept but cannot be decoded; send DICOM-CT-PD, or correct the routing rule");
        }
        List<String> notes = candidates.stream()
                .skip(1)
                .map(other -> "projections of series " + other.seriesUid()
                        + " were left alone: one series is reconstructed, the one with most views")
                .toList();
        return read(candidates.get(0), archive, notes);
    }

    private static boolean mayBe(SeriesRef series) {
        if (series.instances().isEmpty()) {
            return false;
        }
        String sopClass = series.instances().get(0).sopClassUid();
        return series.modality().equals("CT")
                && (sopClass.equals(Uid.RawDataStorage) || sopClass.equals(Uid.CTImageStorage));
    }

    private static Projections read(SeriesRef series, ArchivedSeries archive, List<String> notes)
            throws ProtocolFailure {
        List<Dataset> views = archive.each(series, archive::whole);
        CtPdReader.Series read;
        try {
            read = CtPdReader.read(
                    views.stream().map(view -> (CtPdAttributes) view::bytes).toList());
        } catch (CtScanException unreadable) {
            throw fault(series.seriesUid(), unreadable);
        }
        List<Dataset> inOrder = Arrays.stream(read.order()).mapToObj(views::get).toList();
        Dataset first = header(inOrder.get(0));
        for (int tag : new int[] {Tag.FrameOfReferenceUID, Tag.SeriesInstanceUID}) {
            if (first.string(tag).isEmpty()) {
                throw ProtocolFailure.input("projections of series " + series.seriesUid() + ": "
                        + Dictionary.describe(tag) + " is missing; repair it at its source and send it again");
            }
        }
        return new Projections(
                first, header(inOrder.get(inOrder.size() - 1)), read, ReconstructedCt.sha256(inOrder), notes);
    }

    static ProtocolFailure fault(String seriesUid, CtScanException fault) {
        return ProtocolFailure.input("projections of series " + seriesUid + ": " + fault.getMessage()
                + "; repair them at their source and send them again");
    }

    private static Dataset header(Dataset view) {
        Dataset header = new Dataset();
        view.forEach(element -> {
            if ((element.tag() >>> 16) % 2 == 0 && element.tag() != Tag.PixelData) {
                header.put(element);
            }
        });
        return header;
    }
}
