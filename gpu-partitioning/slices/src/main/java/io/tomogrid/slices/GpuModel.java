package io.tomogrid.slices;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A kind of GPU with the profiles and placements that its driver prints, for planning without one. What a live planner uses is
 * read from the device: names and sizes differ from driver to driver.
 *
 * @param name as on the command line
 * @param memoryBytes memory of the whole board, as sold
 * @param profiles smallest first
 * @param driverNames what the driver calls each of them, in the same order
 */
public record GpuModel(String name, long memoryBytes, List<GpuProfile> profiles, List<String> driverNames) {
    private static final long GIB = 1L << 30;
    private static final int DOUBLE_MEMORY = 9;

    /** Rows that were seen in listings of these boards (nvidia-smi mig -lgip, -lgipp; MIG user guide v580). */
    public static final List<GpuModel> KNOWN = List.of(
            new GpuModel(
                    "A100-40GB",
                    40 * GIB,
                    SimulatedInventory.A100_40GB,
                    List.of("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb")),
            eight("A100-80GB", 80, 9.62, 19.5, 39.25, 78.5, "10gb", "20gb", "40gb", "80gb"),
            eight("H100-80GB", 80, 9.75, 19.62, 39.5, 79.25, "10gb", "20gb", "40gb", "80gb"),
            eight("H100-94GB-NVL", 94, 10.75, 21.62, 46.38, 93.12, "12gb", "24gb", "47gb", "94gb"),
            new GpuModel(
                    "A30-24GB",
                    24 * GIB,
                    List.of(row(0, 1, 1, 5.81, 4, 0, 1, 2, 3), row(1, 2, 2, 11.69, 2, 0, 2), row(3, 4, 4, 23.44, 1, 0)),
                    List.of("1g.6gb", "2g.12gb", "4g.24gb")),
            new GpuModel(
                    "RTX-PRO-6000-96GB",
                    96 * GIB,
                    List.of(
                            row(0, 1, 3, 23.62, 4, 0, 3, 6, 9),
                            row(1, 2, 6, 47.38, 2, 0, 6),
                            row(3, 4, 12, 95.12, 1, 0)),
                    List.of("1g.24gb", "2g.48gb", "4g.96gb")));

    /** The grid of eight memory slices; sizes in GiB of one, two, four and all of them. */
    private static GpuModel eight(
            String name,
            int gib,
            double one,
            double two,
            double four,
            double all,
            String a,
            String b,
            String c,
            String d) {
        return new GpuModel(
                name,
                gib * GIB,
                List.of(
                        row(0, 1, 1, one, 7, 0, 1, 2, 3, 4, 5, 6),
                        row(DOUBLE_MEMORY, 1, 2, two, 4, 0, 2, 4, 6),
                        row(1, 2, 2, two, 3, 0, 2, 4),
                        row(2, 3, 4, four, 2, 0, 4),
                        row(3, 4, 4, four, 1, 0),
                        row(4, 7, 8, all, 1, 0)),
                List.of("1g." + a, "1g." + b, "2g." + b, "3g." + c, "4g." + c, "7g." + d));
    }

    private static GpuProfile row(
            int profileEnum, int compute, int memory, double gib, int instances, Integer... starts) {
        return new GpuProfile(
                profileEnum,
                GpuProfile.nameOf(profileEnum),
                compute,
                memory,
                Math.round(gib * GIB),
                instances,
                List.of(starts));
    }

    /** Width of the grid: the memory slice behind the last placement. */
    public int memorySlices() {
        return profiles.stream()
                .mapToInt(p -> p.starts().get(p.starts().size() - 1) + p.memorySlices())
                .max()
                .orElseThrow();
    }

    /** @throws IllegalArgumentException naming the models that there are */
    public static GpuModel named(String name) {
        return KNOWN.stream()
                .filter(model -> model.name.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no GPU model " + name + " is known; there are "
                        + KNOWN.stream().map(GpuModel::name).collect(Collectors.joining(", "))));
    }

    /**
     * A profile by its short name, as in a {@link SliceKey}, or by the name that this model's driver prints.
     *
     * @throws IllegalArgumentException naming the profiles that there are
     */
    public GpuProfile profile(String wanted) {
        String word = wanted.strip().toLowerCase(Locale.ROOT);
        for (int n = 0; n < profiles.size(); n++) {
            if (profiles.get(n).name().equals(word) || driverNames.get(n).equals(word)) {
                return profiles.get(n);
            }
        }
        StringBuilder there = new StringBuilder();
        for (int n = 0; n < profiles.size(); n++) {
            there.append(n == 0 ? "" : ", ")
                    .append(profiles.get(n).name())
                    .append(" (")
                    .append(driverNames.get(n))
                    .append(')');
        }
        throw new IllegalArgumentException(name + " has no profile \"" + wanted.strip() + "\"; it has " + there);
    }
}
