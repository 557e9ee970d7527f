package io.tomogrid.slices.interop;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.Slice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The configuration file of nvidia-mig-parted and of the GPU operator's MIG manager, {@code version: v1}: how many slices of
 * which profile a GPU has, by the names of its driver. It knows no placements (SLC-40, SLC-41).
 */
public final class MigParted {
    private static final String VERSION = "v1";
    private static final Set<String> TOP = Set.of("version", "mig-configs");
    private static final Set<String> MEMBERS = Set.of("devices", "device-filter", "mig-enabled", "mig-devices");
    /** PCI device ids by which the GPU operator's own file tells boards apart. */
    private static final Map<String, Set<String>> BOARDS = Map.of(
            "A100-40GB", Set.of("0x20B010DE", "0x20B110DE", "0x20F110DE"),
            "A100-80GB", Set.of("0x20B210DE", "0x20B510DE"),
            "A30-24GB", Set.of("0x20B710DE"),
            "H100-80GB", Set.of("0x233010DE", "0x233110DE"));

    private MigParted() {}

    /**
     * What a configuration wants of some GPUs.
     *
     * @param devices their indices; empty for all
     * @param migEnabled whether they are cut at all
     * @param profiles one for each slice
     */
    public record Wanted(List<Integer> devices, boolean migEnabled, List<GpuProfile> profiles) {}

    /** How these GPUs are cut now, as one configuration of that name; GPUs that are cut alike share an entry. */
    public static String write(String name, List<Gpu> gpus) {
        Map<String, List<Integer>> alike = new LinkedHashMap<>();
        for (Gpu gpu : gpus) {
            alike.computeIfAbsent(entry(gpu), entry -> new ArrayList<>()).add(gpu.index());
        }
        StringBuilder yaml = new StringBuilder("version: " + VERSION + "\nmig-configs:\n  " + name + ":\n");
        alike.forEach((entry, devices) ->
                yaml.append("    - devices: ").append(devices).append('\n').append(entry));
        return yaml.toString();
    }

    private static String entry(Gpu gpu) {
        boolean whole = gpu.profiles().stream().allMatch(profile -> profile.profileEnum() == GpuProfile.WHOLE);
        if (whole) {
            return "      mig-enabled: false\n";
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (Slice slice : gpu.slices()) {
            GpuProfile profile = gpu.placement(slice.key()).profile();
            counts.merge(DriverNames.of(profile, gpu.memoryBytes()), 1, Integer::sum);
        }
        StringBuilder entry = new StringBuilder("      mig-enabled: true\n      mig-devices:");
        if (counts.isEmpty()) {
            return entry.append(" {}\n").toString();
        }
        counts.forEach((profile, count) ->
                entry.append("\n        \"").append(profile).append("\": ").append(count));
        return entry.append('\n').toString();
    }

    /**
     * What a file wants of GPUs of a model; entries for other boards are left out.
     *
     * @param document the file as read from YAML
     * @param name of the configuration
     * @throws IllegalArgumentException naming the member that is unknown, missing or malformed, or the profile that this model's
     *     driver does not have
     */
    public static List<Wanted> read(Map<?, ?> document, String name, GpuModel model) {
        only("the file", document, TOP);
        require(
                VERSION.equals(document.get("version")),
                "version: expected " + VERSION + ", got " + document.get("version"));
        require(document.get("mig-configs") instanceof Map, "mig-configs is missing");
        Map<?, ?> configs = (Map<?, ?>) document.get("mig-configs");
        require(
                configs.get(name) instanceof List,
                "mig-configs has no list " + name + "; it has " + String.join(", ", names(configs)));
        List<Wanted> result = new ArrayList<>();
        int number = 0;
        for (Object item : (List<?>) configs.get(name)) {
            String where = name + ", entry " + ++number;
            require(item instanceof Map, where + ": expected members, got " + item);
            Map<?, ?> entry = (Map<?, ?>) item;
            only(where, entry, MEMBERS);
            if (isFor(where, entry.get("device-filter"), model)) {
                result.add(wanted(where, entry, model));
            }
        }
        require(!result.isEmpty(), name + " has no entry for a " + model.name());
        return result;
    }

    private static Wanted wanted(String where, Map<?, ?> entry, GpuModel model) {
        require(
                entry.get("mig-enabled") instanceof Boolean,
                where + ": mig-enabled: expected true or false, got " + entry.get("mig-enabled"));
        boolean enabled = (Boolean) entry.get("mig-enabled");
        Object devices = entry.get("mig-devices");
        List<GpuProfile> profiles = new ArrayList<>();
        if (devices != null) {
            require(devices instanceof Map, where + ": mig-devices: expected profiles and counts, got " + devices);
            ((Map<?, ?>) devices).forEach((profile, count) -> {
                require(
                        count instanceof Integer number && number >= 0,
                        where + ": mig-devices: " + profile + ": expected a count, got " + count);
                GpuProfile known = named(where, model, String.valueOf(profile));
                for (int n = 0; n < (Integer) count; n++) {
                    profiles.add(known);
                }
            });
        }
        require(enabled || profiles.isEmpty(), where + ": mig-devices are wanted, but mig-enabled is false");
        return new Wanted(devices(where, entry.get("devices")), enabled, profiles);
    }

    /** By the driver's name only: a file that says {@code 3g} was written for something else. */
    private static GpuProfile named(String where, GpuModel model, String profile) {
        require(
                model.driverNames().contains(profile),
                where + ": mig-devices: " + profile + " is no profile of a " + model.name() + ", whose driver knows "
                        + String.join(", ", model.driverNames()) + "; this file is for another board or driver");
        return model.profiles().get(model.driverNames().indexOf(profile));
    }

    private static List<Integer> devices(String where, Object devices) {
        if ("all".equals(devices)) {
            return List.of();
        }
        require(
                devices instanceof List<?> list
                        && !list.isEmpty()
                        && list.stream().allMatch(n -> n instanceof Integer index && index >= 0),
                where + ": devices: expected all or a list of indices, got " + devices);
        return ((List<?>) devices).stream().map(Integer.class::cast).toList();
    }

    private static boolean isFor(String where, Object filter, GpuModel model) {
        if (filter == null) {
            return true;
        }
        List<?> ids = filter instanceof List<?> list ? list : List.of(filter);
        boolean ours = false;
        for (Object item : ids) {
            String id = "0x" + String.valueOf(item).replaceFirst("^0[xX]", "").toUpperCase(Locale.ROOT);
            require(
                    BOARDS.values().stream().anyMatch(board -> board.contains(id)),
                    where + ": device-filter: which board " + item
                            + " is, is not known; take the filter out of an entry" + " that is meant for this one");
            ours |= BOARDS.getOrDefault(model.name(), Set.of()).contains(id);
        }
        return ours;
    }

    private static void only(String where, Map<?, ?> map, Set<String> members) {
        for (String name : names(map)) {
            require(members.contains(name), where + ": unknown member " + name + "; there are " + sorted(members));
        }
    }

    private static List<String> sorted(Set<String> members) {
        return members.stream().sorted().toList();
    }

    private static List<String> names(Map<?, ?> map) {
        return map.keySet().stream().map(String::valueOf).sorted().toList();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
