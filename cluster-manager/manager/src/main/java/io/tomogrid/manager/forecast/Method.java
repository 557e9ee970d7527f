package io.tomogrid.manager.forecast;

/** A way to foretell a series of hourly counts from its own past. Pure: the same past gives the same forecast. */
interface Method {
    int DAY = 24;
    int WEEK = 7 * DAY;

    String name();

    /**
     * Each hour foretold from what was known {@code ahead} hours before its end, the hours to come included.
     *
     * @param past counts of whole hours, the oldest first
     * @param ahead 1 for the hour that follows the last known one
     * @return as long as {@code past} and {@code ahead} more; element {@code t} uses no element after {@code t - ahead}; NaN where
     *     too little was known
     */
    double[] foretell(double[] past, int ahead);

    /** The same count as in the last known hour. */
    record LastHour() implements Method {
        @Override
        public String name() {
            return "last hour";
        }

        @Override
        public double[] foretell(double[] past, int ahead) {
            return Hours.each(past, ahead, t -> t < ahead ? Double.NaN : past[t - ahead]);
        }
    }

    /** The same count as a season earlier: the naive forecast of a series that has one. @param season in hours */
    record SeasonalNaive(String name, int season) implements Method {
        @Override
        public double[] foretell(double[] past, int ahead) {
            int back = Hours.whole(ahead, season);
            return Hours.each(past, ahead, t -> t < back ? Double.NaN : past[t - back]);
        }
    }

    /**
     * The mean of this hour in the weeks before, of which each counts less than the next by {@code fading}: with counts that
     * scatter as arrivals do, one week alone carries all its noise into the forecast.
     */
    record WeeklyProfile(double fading) implements Method {
        @Override
        public String name() {
            return "weekly profile, fading " + fading;
        }

        @Override
        public double[] foretell(double[] past, int ahead) {
            int back = Hours.whole(ahead, WEEK);
            return Hours.each(past, ahead, t -> {
                double sum = 0;
                double weights = 0;
                double weight = 1;
                for (int i = t - back; i >= 0; i -= WEEK) {
                    sum += weight * past[i];
                    weights += weight;
                    weight *= fading;
                }
                return weights == 0 ? Double.NaN : sum / weights;
            });
        }
    }
}
