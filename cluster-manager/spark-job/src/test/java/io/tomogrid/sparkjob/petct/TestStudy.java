package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.imaging.Vec3;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A small PET-CT by formula. PET: 28×26×24 voxels of 4 mm, 1.0 SUV everywhere but in two balls: SUV 8 within 12 mm of
 * {@link #LARGE}, SUV 5 within 8 mm of {@link #SMALL}. CT: 40×36×30 voxels of 3 mm, water. 70 kg, 350 MBq of F-18 at 10:00,
 * scanned at 11:00. The patient's name is {@link #NAME}, to be found nowhere but in results.
 */
final class TestStudy {
    static final String NAME = "Doe^Jane";
    static final String STUDY = "2.25.100";
    static final String PET_SERIES = "2.25.110";
    static final String CT_SERIES = "2.25.120";
    static final String FRAME = "2.25.190";
    static final Vec3 LARGE = new Vec3(10, -6, 20);
    static final Vec3 SMALL = new Vec3(-30, 12, 60);
    static final int PET_SLICES = 24;
    static final double VOXEL = 4;
    /** Bq/ml for SUV 1 at the scan. */
    static final double BQML = 350e6 * Math.pow(2, -3600 / 6586.2) / 70_000;

    private TestStudy() {}

    static double suvAt(Vec3 p) {
        if (p.minus(LARGE).length() <= 12) {
            return 8;
        }
        return p.minus(SMALL).length() <= 8 ? 5 : 1;
    }

    static Vec3 petVoxel(int i, int j, int k) {
        return new Vec3(-54 + VOXEL * i, -50 + VOXEL * j, VOXEL * k);
    }

    static List<Dataset> pet() {
        List<Dataset> slices = new ArrayList<>();
        for (int k = 0; k < PET_SLICES; k++) {
            double slope = 1 + 0.04 * k;
            ByteBuffer pixels = ByteBuffer.allocate(2 * 28 * 26).order(ByteOrder.LITTLE_ENDIAN);
            for (int j = 0; j < 26; j++) {
                for (int i = 0; i < 28; i++) {
                    pixels.putShort((short) Math.round(suvAt(petVoxel(i, j, k)) * BQML / slope));
                }
            }
            Dataset slice = image(
                            Uid.PositronEmissionTomographyImageStorage, "PT", PET_SERIES, k, petVoxel(0, 0, k), VOXEL)
                    .put(Tag.Rows, 26)
                    .put(Tag.Columns, 28)
                    .put(Tag.RescaleSlope, slope)
                    .put(Tag.RescaleIntercept, 0)
                    .put(Tag.PixelRepresentation, 0)
                    .put(Tag.Units, "BQML")
                    .put(Tag.DecayCorrection, "START")
                    .put(Tag.CorrectedImage, "DECY", "ATTN", "SCAT")
                    .put(Tag.SeriesType, "STATIC", "IMAGE")
                    .put(Tag.CountsSource, "EMISSION")
                    .put(Tag.AcquisitionDate, "20260102")
                    .put(Tag.AcquisitionTime, "110000")
                    .put(Tag.FrameReferenceTime, 0)
                    .put(Tag.ActualFrameDuration, 180_000)
                    .put(Tag.PatientWeight, 70)
                    .putItems(
                            Tag.RadiopharmaceuticalInformationSequence,
                            new Dataset()
                                    .put(Tag.RadiopharmaceuticalStartTime, "100000")
                                    .put(Tag.RadionuclideTotalDose, 350e6)
                                    .put(Tag.RadionuclideHalfLife, 6586.2))
                    .putBytes(Tag.PixelData, VR.OW, pixels.array());
            slices.add(slice);
        }
        return slices;
    }

    static List<Dataset> ct() {
        List<Dataset> slices = new ArrayList<>();
        for (int k = 0; k < 30; k++) {
            ByteBuffer pixels = ByteBuffer.allocate(2 * 40 * 36).order(ByteOrder.LITTLE_ENDIAN);
            while (pixels.hasRemaining()) {
                pixels.putShort((short) 1024);
            }
            slices.add(image(Uid.CTImageStorage, "CT", CT_SERIES, k, new Vec3(-58, -52, 3 * k), 3)
                    .put(Tag.Rows, 36)
                    .put(Tag.Columns, 40)
                    .put(Tag.RescaleSlope, 1)
                    .put(Tag.RescaleIntercept, -1024)
                    .put(Tag.PixelRepresentation, 1)
                    .putBytes(Tag.PixelData, VR.OW, pixels.array()));
        }
        return slices;
    }

    private static Dataset image(String sopClass, String modality, String series, int k, Vec3 at, double spacing) {
        return new Dataset()
                .put(Tag.SOPClassUID, sopClass)
                .put(Tag.SOPInstanceUID, series + "." + (k + 1))
                .put(Tag.StudyInstanceUID, STUDY)
                .put(Tag.SeriesInstanceUID, series)
                .put(Tag.FrameOfReferenceUID, FRAME)
                .put(Tag.Modality, modality)
                .put(Tag.Manufacturer, "Test")
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .put(Tag.PatientName, NAME)
                .put(Tag.PatientID, "P-4711")
                .put(Tag.StudyDate, "20260102")
                .put(Tag.StudyTime, "105500")
                .put(Tag.SeriesDate, "20260102")
                .put(Tag.SeriesTime, "110000")
                .put(Tag.InstanceNumber, 1000 - k)
                .put(Tag.ImagePositionPatient, at.x(), at.y(), at.z())
                .put(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                .put(Tag.PixelSpacing, spacing, spacing)
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15);
    }
}
