package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.imaging.assembly.AssembledVolume;
import io.tomogrid.imaging.assembly.VolumeAssembly;
import io.tomogrid.imaging.assembly.VolumeException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A series and the volume that its images make.
 *
 * @param headers of the volume's slices, in their order
 */
record SourceSeries(String seriesUid, List<Dataset> headers, AssembledVolume assembled) {
    /** @param unit UCUM unit of the rescaled values @param outside value where nothing was imaged, in that unit */
    static SourceSeries of(SeriesRef series, List<StoredImage> images, String unit, float outside)
            throws ProtocolFailure {
        AssembledVolume assembled;
        try {
            assembled = VolumeAssembly.assemble(
                    images.stream().map(StoredImage::slice).toList(), unit, outside);
        } catch (VolumeException noVolume) {
            throw ProtocolFailure.input(
                    series.modality() + " series " + series.seriesUid() + ": " + noVolume.getMessage());
        }
        Map<String, Dataset> byUid = images.stream()
                .collect(Collectors.toMap(
                        image -> image.slice().sopInstanceUid(), StoredImage::header, (first, again) -> first));
        return new SourceSeries(
                series.seriesUid(),
                assembled.sopInstanceUids().stream().map(byUid::get).toList(),
                assembled);
    }
}
