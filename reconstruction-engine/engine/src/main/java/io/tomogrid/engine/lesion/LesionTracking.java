package io.tomogrid.engine.lesion;

import io.tomogrid.imaging.Vec3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which lesions of a study are those of a prior one (QNT-06). The places of the prior study are shifted by one translation:
 * none where both are in one frame of reference, else from the prior's landmark to that of this study, the centroid of the
 * liver. Without either nothing is matched. Two lesions are one if each is the other's nearest and their centroids are no
 * farther apart than the radii of the balls of their volumes together, or {@value #LEAST_MM} mm.
 */
public final class LesionTracking {
    /** Breathing and another posture move a lesion so far, mm. */
    public static final double LEAST_MM = 15;

    private LesionTracking() {}

    /** A lesion as a study has it. @param centroid LPS mm @param mtvMl ml */
    public record Place(Vec3 centroid, double mtvMl) {}

    /**
     * Where a study lies.
     *
     * @param frameOfReferenceUid empty if it has none
     * @param landmark centroid of the liver, LPS mm, if it was found
     */
    public record Scene(String frameOfReferenceUid, Optional<Vec3> landmark, List<Place> lesions) {
        public Scene {
            lesions = List.copyOf(lesions);
        }
    }

    /**
     * @param shift what the prior's places were shifted by, LPS mm
     * @param by {@code frame of reference} or {@code landmark}
     * @param prior for each lesion of this study the index of the prior's lesion, −1 for a new one
     * @param gone indices of the prior's lesions that have no match
     */
    public record Match(Vec3 shift, String by, int[] prior, List<Integer> gone) {
        public Match {
            prior = prior.clone();
            gone = List.copyOf(gone);
        }

        @Override
        public int[] prior() {
            return prior.clone();
        }
    }

    /** Empty if there is nothing to align the two by. */
    public static Optional<Match> match(Scene prior, Scene now) {
        boolean same = !prior.frameOfReferenceUid().isEmpty()
                && prior.frameOfReferenceUid().equals(now.frameOfReferenceUid());
        if (!same && (prior.landmark().isEmpty() || now.landmark().isEmpty())) {
            return Optional.empty();
        }
        Vec3 shift = same
                ? new Vec3(0, 0, 0)
                : now.landmark().get().minus(prior.landmark().get());
        List<Place> shifted = prior.lesions().stream()
                .map(p -> new Place(p.centroid().plus(shift), p.mtvMl()))
                .toList();
        int[] matched = new int[now.lesions().size()];
        Arrays.fill(matched, -1);
        List<Integer> gone = new ArrayList<>();
        for (int p = 0; p < shifted.size(); p++) {
            int n = nearest(shifted.get(p), now.lesions());
            if (n >= 0
                    && nearest(now.lesions().get(n), shifted) == p
                    && near(shifted.get(p), now.lesions().get(n))) {
                matched[n] = p;
            } else {
                gone.add(p);
            }
        }
        return Optional.of(new Match(shift, same ? "frame of reference" : "landmark", matched, gone));
    }

    /** The first of the nearest; −1 of none. */
    private static int nearest(Place of, List<Place> among) {
        int best = -1;
        for (int n = 0; n < among.size(); n++) {
            if (best < 0 || distance(of, among.get(n)) < distance(of, among.get(best))) {
                best = n;
            }
        }
        return best;
    }

    private static boolean near(Place a, Place b) {
        return distance(a, b) <= Math.max(LEAST_MM, radius(a) + radius(b));
    }

    private static double radius(Place place) {
        return Math.cbrt(3000 * place.mtvMl() / (4 * Math.PI));
    }

    private static double distance(Place a, Place b) {
        return a.centroid().minus(b.centroid()).length();
    }
}
