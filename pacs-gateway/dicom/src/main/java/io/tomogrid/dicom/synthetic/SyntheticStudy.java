package io.tomogrid.dicom.synthetic;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.Lps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A whole-body PET-CT made of formulas: an ellipsoid of soft tissue (40 HU, SUV 0.5) with lungs (−750 HU, SUV 0.3), a
 * spine (400 HU) and spheres of SUV 8.0 whose place, size and volume are known. All values are sampled at voxel centres,
 * without blur or noise, so a mask of SUV ≥ 4 holds exactly the voxels whose centres lie in a sphere.
 *
 * <p>PET 144×144×160 of 4 mm, Bq/ml in unsigned 16 bit with another slope on each slice, decay corrected to the start;
 * CT 256×256×214 of 2×2×3 mm over the same length; one study, one frame of reference, instance numbers from head to feet.
 * The same seed makes the same study, UIDs included. Slices are made while they are pulled.
 */
public final class SyntheticStudy implements Iterable<Dataset> {
    private static final ImageGrid PET = centred(144, 144, 160, 4, 4);
    private static final ImageGrid CT = centred(256, 256, 214, 2, 3);

    static final double WEIGHT_KG = 70;
    private static final double DOSE_BQ = 370e6;
    static final double HALF_LIFE_S = 6586.2;
    static final double POSITRON_FRACTION = 0.967;
    private static final double UPTAKE_S = 3600;
    private static final double FRAME_S = 120;
    private static final int CT_INTERCEPT = -1024;

    private final long seed;
    private final Phantom phantom;

    private SyntheticStudy(long seed) {
        this.seed = seed;
        this.phantom = Phantom.of(seed, PET);
    }

    public static SyntheticStudy of(long seed) {
        return new SyntheticStudy(seed);
    }

    public List<Sphere> spheres() {
        return phantom.spheres();
    }

    /** SUVbw (g/ml) of 1 Bq/ml: weight over the dose that is left at the start of the series. */
    public double suvPerBqml() {
        return WEIGHT_KG * 1000 / (DOSE_BQ * Math.pow(2, -UPTAKE_S / HALF_LIFE_S));
    }

    public ImageGrid petGrid() {
        return PET;
    }

    public ImageGrid ctGrid() {
        return CT;
    }

    public String studyInstanceUid() {
        return uid("study");
    }

    public String petSeriesInstanceUid() {
        return uid("series/PT");
    }

    public String ctSeriesInstanceUid() {
        return uid("series/CT");
    }

    /** Number of instances. */
    public int size() {
        return CT.slices() + PET.slices();
    }

    /** The CT and then the PET. */
    public Stream<Dataset> stream() {
        return Stream.concat(ct(), pet());
    }

    @Override
    public Iterator<Dataset> iterator() {
        return stream().iterator();
    }

    /** From feet to head, as the slices of {@link #petGrid}. */
    public Stream<Dataset> pet() {
        Dataset series = petSeries();
        return IntStream.range(0, PET.slices()).mapToObj(k -> petSlice(series, k));
    }

    /** From feet to head, as the slices of {@link #ctGrid}. */
    public Stream<Dataset> ct() {
        Dataset series = ctSeries();
        return IntStream.range(0, CT.slices()).mapToObj(k -> ctSlice(series, k));
    }

    private static ImageGrid centred(int columns, int rows, int slices, double inPlane, double between) {
        Lps half = new Lps((columns - 1) * inPlane / 2, (rows - 1) * inPlane / 2, (slices - 1) * between / 2);
        return new ImageGrid(
                columns,
                rows,
                slices,
                Phantom.CENTRE.minus(half),
                new Lps(inPlane, 0, 0),
                new Lps(0, inPlane, 0),
                new Lps(0, 0, between));
    }

    private String uid(String role) {
        return Uids.derived("tomogrid-synthetic", Long.toString(seed), role);
    }

    private Dataset petSlice(Dataset series, int k) {
        double largest = (phantom.spheresAt(PET.position(k).z()).isEmpty() ? Phantom.BODY_SUV : Phantom.SPHERE_SUV)
                / suvPerBqml();
        Dataset image = slice(series, "PT", PET, k)
                .put(Tag.RescaleSlope, largest / (32_000 - 11 * k))
                .put(Tag.ImageIndex, PET.slices() - k);
        double bqmlPerStored = image.doubleValue(Tag.RescaleSlope).orElseThrow();
        float[] suv = phantom.suv(PET, k);
        ByteBuffer pixels = ByteBuffer.allocate(2 * suv.length).order(ByteOrder.LITTLE_ENDIAN);
        double storedPerSuv = 1 / (suvPerBqml() * bqmlPerStored);
        for (float value : suv) {
            pixels.putShort((short) Math.round(value * storedPerSuv));
        }
        return image.putBytes(Tag.PixelData, VR.OW, pixels.array());
    }

    private Dataset ctSlice(Dataset series, int k) {
        short[] hu = phantom.hounsfield(CT, k);
        ByteBuffer pixels = ByteBuffer.allocate(2 * hu.length).order(ByteOrder.LITTLE_ENDIAN);
        for (short value : hu) {
            pixels.putShort((short) (value - CT_INTERCEPT));
        }
        return slice(series, "CT", CT, k).putBytes(Tag.PixelData, VR.OW, pixels.array());
    }

    private Dataset slice(Dataset series, String modality, ImageGrid grid, int k) {
        Dataset image = new Dataset();
        series.forEach(image::put);
        Lps position = grid.position(k);
        return image.put(Tag.SOPInstanceUID, uid(modality + "/" + k))
                .put(Tag.InstanceNumber, grid.slices() - k)
                .put(Tag.ImagePositionPatient, position.x(), position.y(), position.z())
                .put(Tag.SliceLocation, position.z());
    }

    private Dataset petSeries() {
        double decay = Math.log(2) / HALF_LIFE_S * FRAME_S;
        return common("PT", PET, "Synthetic PET, attenuation corrected", 2)
                .put(Tag.SOPClassUID, Uid.PositronEmissionTomographyImageStorage)
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .put(Tag.SeriesType, "WHOLE BODY", "IMAGE")
                .put(Tag.Units, "BQML")
                .put(Tag.CountsSource, "EMISSION")
                .put(Tag.NumberOfSlices, PET.slices())
                .put(Tag.CorrectedImage, "DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM")
                .put(Tag.DecayCorrection, "START")
                .putEmpty(Tag.CollimatorType)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.ActualFrameDuration, FRAME_S * 1000)
                .put(Tag.FrameReferenceTime, FRAME_S * 1000 / 2)
                .put(Tag.DecayFactor, decay / (1 - Math.exp(-decay)))
                .putItems(Tag.RadiopharmaceuticalInformationSequence, radiopharmaceutical())
                .putItems(
                        Tag.PatientOrientationCodeSequence,
                        code("102538003", "recumbent")
                                .putItems(Tag.PatientOrientationModifierCodeSequence, code("40199007", "supine")))
                .putItems(Tag.PatientGantryRelationshipCodeSequence, code("102540008", "headfirst"));
    }

    private Dataset ctSeries() {
        return common("CT", CT, "Synthetic CT", 1)
                .put(Tag.SOPClassUID, Uid.CTImageStorage)
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                .put(Tag.PatientPosition, "HFS")
                .putEmpty(Tag.KVP)
                .put(Tag.BitsStored, 12)
                .put(Tag.HighBit, 11)
                .put(Tag.RescaleIntercept, CT_INTERCEPT)
                .put(Tag.RescaleSlope, 1)
                .put(Tag.RescaleType, "HU")
                .put(Tag.WindowCenter, 40)
                .put(Tag.WindowWidth, 400);
    }

    /** 3600 s of uptake: injected at 09:00, scanned at 10:00. */
    private Dataset common(String modality, ImageGrid grid, String description, int number) {
        return new Dataset()
                .put(Tag.PatientName, "TOMOGRID^SYNTHETIC")
                .put(Tag.PatientID, "SYNTHETIC-" + seed)
                .put(Tag.PatientBirthDate, "19700101")
                .put(Tag.PatientSex, "F")
                .put(Tag.PatientAge, "056Y")
                .put(Tag.PatientSize, 1.75)
                .put(Tag.PatientWeight, WEIGHT_KG)
                .put(Tag.StudyInstanceUID, studyInstanceUid())
                .put(Tag.StudyDate, "20260115")
                .put(Tag.StudyTime, "095500")
                .put(Tag.StudyID, "1")
                .put(Tag.AccessionNumber, "SYN" + Long.toUnsignedString(seed & 0xffffffffL))
                .put(Tag.StudyDescription, "Synthetic whole-body PET-CT")
                .putEmpty(Tag.ReferringPhysicianName)
                .put(Tag.Modality, modality)
                .put(Tag.SeriesInstanceUID, uid("series/" + modality))
                .put(Tag.SeriesNumber, number)
                .put(Tag.SeriesDescription, description)
                .put(Tag.SeriesDate, "20260115")
                .put(Tag.SeriesTime, "100000")
                .put(Tag.AcquisitionDate, "20260115")
                .put(Tag.AcquisitionTime, "100000")
                .put(Tag.ContentDate, "20260115")
                .put(Tag.ContentTime, "100000")
                .put(Tag.AcquisitionNumber, 1)
                .put(Tag.BodyPartExamined, "WHOLEBODY")
                .put(Tag.FrameOfReferenceUID, uid("frame-of-reference"))
                .putEmpty(Tag.PositionReferenceIndicator)
                .put(Tag.Manufacturer, "Tomogrid")
                .put(Tag.ManufacturerModelName, "Synthetic study")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, grid.rows())
                .put(Tag.Columns, grid.columns())
                .put(Tag.BitsAllocated, 16)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.PixelSpacing, grid.rowStep().y(), grid.columnStep().x())
                .put(Tag.SliceThickness, grid.sliceStep().z())
                .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                .put(Tag.BurnedInAnnotation, "NO")
                .put(Tag.LossyImageCompression, "00");
    }

    static Dataset radiopharmaceutical() {
        return new Dataset()
                .put(Tag.Radiopharmaceutical, "Fluorodeoxyglucose F^18^")
                .put(Tag.RadiopharmaceuticalStartTime, "090000")
                .put(Tag.RadiopharmaceuticalStartDateTime, "20260115090000")
                .put(Tag.RadionuclideTotalDose, DOSE_BQ)
                .put(Tag.RadionuclideHalfLife, HALF_LIFE_S)
                .put(Tag.RadionuclidePositronFraction, POSITRON_FRACTION)
                .putItems(Tag.RadionuclideCodeSequence, code("77004003", "^18^Fluorine"))
                .putItems(Tag.RadiopharmaceuticalCodeSequence, code("35321007", "Fluorodeoxyglucose F^18^"));
    }

    static Dataset code(String snomed, String meaning) {
        return new Dataset()
                .put(Tag.CodeValue, snomed)
                .put(Tag.CodingSchemeDesignator, "SCT")
                .put(Tag.CodeMeaning, meaning);
    }
}
