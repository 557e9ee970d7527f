package io.tomogrid.engine.lesion;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.engine.lesion.LesionTracking.Place;
import io.tomogrid.engine.lesion.LesionTracking.Scene;
import io.tomogrid.imaging.Vec3;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** QNT-06: which lesion is which. */
class LesionTrackingTest {
    private static final Place A = new Place(new Vec3(0, 0, 0), 1);
    private static final Place B = new Place(new Vec3(100, 0, 0), 1);
    private static final Place C = new Place(new Vec3(0, 0, 300), 1);

    @Test
    void in_one_frame_of_reference_places_are_compared_as_they_are() {
        Scene prior = scene("1.1", null, A, B, C);
        Scene now = scene("1.1", null, moved(C, 0, 3, 4), moved(A, 14, 0, 0), new Place(new Vec3(0, 90, 0), 5));
        var match = LesionTracking.match(prior, now).orElseThrow();
        assertThat(match.by()).isEqualTo("frame of reference");
        assertThat(match.shift()).isEqualTo(new Vec3(0, 0, 0));
        assertThat(match.prior()).containsExactly(2, 0, -1);
        assertThat(match.gone()).containsExactly(1);
    }

    @Test
    void in_another_frame_of_reference_the_liver_aligns_them() {
        Scene prior = scene("1.1", new Vec3(-60, 0, 100), A, B, C);
        Scene now = scene("1.2", new Vec3(-50, 5, 600), moved(A, 10, 5, 500), moved(C, 12, 5, 506));
        var match = LesionTracking.match(prior, now).orElseThrow();
        assertThat(match.by()).isEqualTo("landmark");
        assertThat(match.shift()).isEqualTo(new Vec3(10, 5, 500));
        assertThat(match.prior()).containsExactly(0, 2);
        assertThat(match.gone()).containsExactly(1);
    }

    @Test
    void without_anything_to_align_by_nothing_is_matched() {
        assertThat(LesionTracking.match(scene("1.1", null, A), scene("1.2", new Vec3(0, 0, 0), A)))
                .isEmpty();
        assertThat(LesionTracking.match(scene("", null, A), scene("", null, A))).isEmpty();
    }

    @Test
    void one_lesion_that_became_two_is_the_nearer_of_them() {
        var match = LesionTracking.match(
                        scene("1.1", null, A), scene("1.1", null, moved(A, 9, 0, 0), moved(A, -6, 0, 0)))
                .orElseThrow();
        assertThat(match.prior()).containsExactly(-1, 0);
    }

    /** Balls of 1 ml have radii of 6.2 mm: 15 mm counts; those of 100 ml have 28.8 mm each: 57 mm counts. */
    @Test
    void large_lesions_may_move_farther_than_small_ones() {
        assertThat(priorOf(A, moved(A, 14.9, 0, 0))).isZero();
        assertThat(priorOf(A, moved(A, 15.1, 0, 0))).isEqualTo(-1);
        Place large = new Place(new Vec3(0, 0, 0), 100);
        assertThat(priorOf(large, moved(large, 57, 0, 0))).isZero();
        assertThat(priorOf(large, moved(large, 58, 0, 0))).isEqualTo(-1);
    }

    private static int priorOf(Place prior, Place now) {
        return LesionTracking.match(scene("1.1", null, prior), scene("1.1", null, now))
                .orElseThrow()
                .prior()[0];
    }

    private static Scene scene(String frame, Vec3 landmark, Place... lesions) {
        return new Scene(frame, Optional.ofNullable(landmark), List.of(lesions));
    }

    private static Place moved(Place p, double x, double y, double z) {
        return new Place(p.centroid().plus(new Vec3(x, y, z)), p.mtvMl());
    }
}
