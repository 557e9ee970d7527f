package io.tomogrid.dicom.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Lps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticStudyTest {
    private final SyntheticStudy study = SyntheticStudy.of(7);

    /** SUVbw as any reader derives it: from the attributes alone. */
    private static double suvPerUnit(Dataset pet) {
        Dataset drug = pet.item(Tag.RadiopharmaceuticalInformationSequence).orElseThrow();
        double uptake = seconds(pet.string(Tag.SeriesTime).orElseThrow())
                - seconds(drug.string(Tag.RadiopharmaceuticalStartTime).orElseThrow());
        double dose = drug.doubleValue(Tag.RadionuclideTotalDose).orElseThrow()
                * Math.pow(
                        2, -uptake / drug.doubleValue(Tag.RadionuclideHalfLife).orElseThrow());
        return pet.doubleValue(Tag.PatientWeight).orElseThrow() * 1000 / dose;
    }

    private static double seconds(String tm) {
        return 3600 * Integer.parseInt(tm.substring(0, 2))
                + 60 * Integer.parseInt(tm.substring(2, 4))
                + Double.parseDouble(tm.substring(4));
    }

    @Test
    void a_mask_of_suv_4_holds_exactly_the_voxel_centres_in_the_spheres() {
        long[] inside = new long[study.spheres().size()];
        long[] wrong = new long[1];
        double[] furthest = new double[2];
        study.pet().forEach(slice -> {
            double[] position = slice.doubles(Tag.ImagePositionPatient);
            double[] spacing = slice.doubles(Tag.PixelSpacing);
            double perStored =
                    suvPerUnit(slice) * slice.doubleValue(Tag.RescaleSlope).orElseThrow();
            ByteBuffer pixels = pixels(slice);
            int columns = slice.intValue(Tag.Columns).orElseThrow();
            for (int at = 0; pixels.hasRemaining(); at++) {
                double suv = (pixels.getShort() & 0xffff) * perStored;
                int i = at % columns;
                int j = at / columns;
                Lps point = new Lps(position[0] + i * spacing[1], position[1] + j * spacing[0], position[2]);
                int sphere = sphereAt(point);
                wrong[0] += (suv >= 4) == (sphere >= 0) ? 0 : 1;
                if (sphere >= 0) {
                    inside[sphere]++;
                    furthest[0] = Math.max(furthest[0], Math.abs(suv - 8));
                } else {
                    double off = Math.min(suv, Math.min(Math.abs(suv - 0.3), Math.abs(suv - 0.5)));
                    furthest[1] = Math.max(furthest[1], off);
                }
            }
        });
        assertThat(wrong[0]).as("voxels on the wrong side of SUV 4").isZero();
        assertThat(furthest[0]).as("off SUV 8").isLessThan(1e-3);
        assertThat(furthest[1]).as("off SUV 0, 0.3 and 0.5").isLessThan(2e-4);
        for (int s = 0; s < inside.length; s++) {
            Sphere sphere = study.spheres().get(s);
            assertThat(inside[s] * 0.064).isCloseTo(sphere.sampledMl(), within(1e-9));
        }
    }

    private int sphereAt(Lps point) {
        for (int s = 0; s < study.spheres().size(); s++) {
            if (study.spheres().get(s).contains(point)) {
                return s;
            }
        }
        return -1;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 7, 42, -1})
    void spheres_have_their_volume_and_keep_their_distance(long seed) {
        List<Sphere> spheres = SyntheticStudy.of(seed).spheres();
        assertThat(spheres)
                .extracting(Sphere::diameterMm)
                .containsExactly(10.0, 13.0, 17.0, 22.0, 28.0, 37.0, 45.0, 60.0);
        for (Sphere a : spheres) {
            assertThat(a.volumeMl()).isCloseTo(Math.PI * Math.pow(a.diameterMm() / 10, 3) / 6, within(1e-9));
            System.out.printf(
                    "seed %d, sphere %.0f mm: %.3f ml, sampled %.3f ml (%+.1f %%)%n",
                    seed, a.diameterMm(), a.volumeMl(), a.sampledMl(), 100 * a.samplingError());
            assertThat(Math.abs(a.samplingError())).as("%s mm", a.diameterMm()).isLessThanOrEqualTo(0.05);
            assertThat(a.sampledMl()).isGreaterThanOrEqualTo(0.5);
            assertThat(insideBody(a))
                    .as("%s mm inside the body", a.diameterMm())
                    .isTrue();
            for (Sphere b : spheres) {
                if (a != b) {
                    double gap = a.centre().minus(b.centre()).length() - a.radiusMm() - b.radiusMm();
                    assertThat(gap)
                            .as("%s and %s mm", a.diameterMm(), b.diameterMm())
                            .isGreaterThanOrEqualTo(20);
                }
            }
        }
    }

    /** All points of the surface, in steps of 5 degrees. */
    private static boolean insideBody(Sphere sphere) {
        for (int theta = 0; theta <= 180; theta += 5) {
            for (int phi = 0; phi < 360; phi += 5) {
                double t = Math.toRadians(theta);
                double p = Math.toRadians(phi);
                Lps point = sphere.centre()
                        .plus(new Lps(Math.sin(t) * Math.cos(p), Math.sin(t) * Math.sin(p), Math.cos(t))
                                .times(sphere.radiusMm()))
                        .minus(Phantom.CENTRE);
                double r = Math.pow(point.x() / 190, 2) + Math.pow(point.y() / 130, 2) + Math.pow(point.z() / 310, 2);
                if (r > 1) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void every_slice_of_the_pet_has_a_slope_of_its_own() {
        assertThat(study.pet()
                        .map(s -> s.string(Tag.RescaleSlope).orElseThrow())
                        .distinct())
                .hasSize(160);
    }

    @Test
    void hounsfield_values_are_those_of_the_tissues() {
        Set<Integer> values = new HashSet<>();
        study.ct().forEach(slice -> {
            int intercept = slice.intValue(Tag.RescaleIntercept).orElseThrow();
            ByteBuffer pixels = pixels(slice);
            while (pixels.hasRemaining()) {
                values.add((pixels.getShort() & 0xffff) + intercept);
            }
        });
        assertThat(values).containsExactlyInAnyOrder(-1000, -750, 40, 400);
    }

    @Test
    void both_series_cover_the_same_length_in_one_frame_of_reference() {
        List<Dataset> ct = study.ct().toList();
        List<Dataset> pet = study.pet().toList();
        assertThat(edge(ct.get(0), -1)).isCloseTo(edge(pet.get(0), -1), within(1.5));
        assertThat(edge(ct.get(213), 1)).isCloseTo(edge(pet.get(159), 1), within(1.5));
        assertThat(all(Tag.StudyInstanceUID)).hasSize(1);
        assertThat(all(Tag.FrameOfReferenceUID)).hasSize(1);
        assertThat(all(Tag.SeriesInstanceUID))
                .containsExactly(study.ctSeriesInstanceUid(), study.petSeriesInstanceUid());
        assertThat(all(Tag.SOPInstanceUID)).hasSize(study.size());
        assertThat(all(Tag.PatientName)).containsExactly("TOMOGRID^SYNTHETIC");
    }

    private List<String> all(int tag) {
        return study.stream().map(s -> s.string(tag).orElseThrow()).distinct().toList();
    }

    private static double edge(Dataset slice, int side) {
        return slice.doubles(Tag.ImagePositionPatient)[2]
                + side * slice.doubleValue(Tag.SliceThickness).orElseThrow() / 2;
    }

    @Test
    void the_seed_makes_the_study() {
        assertThat(first(SyntheticStudy.of(7).stream())).isEqualTo(first(study.stream()));
        assertThat(first(SyntheticStudy.of(7).pet())).isEqualTo(first(study.pet()));
        assertThat(SyntheticStudy.of(8).studyInstanceUid()).isNotEqualTo(study.studyInstanceUid());
        assertThat(SyntheticStudy.of(8).spheres()).isNotEqualTo(study.spheres());
    }

    private static Dataset first(Stream<Dataset> slices) {
        return slices.findFirst().orElseThrow();
    }

    private static ByteBuffer pixels(Dataset slice) {
        return ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
    }
}
