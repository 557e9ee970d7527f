package io.tomogrid.slices;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A GPU of a host that gives virtual GPUs to guests, as the kernel's sysfs shows it. Only read: which guest gets which virtual GPU is the
 * hypervisor's matter.
 *
 * @param address on the PCI bus, e.g. {@code 0000:3b:00.0}
 * @param virtualFunctions how many SR-IOV functions are on; 0 on a GPU that is divided without SR-IOV
 * @param mostVirtualFunctions how many there can be
 * @param types what can be made of it, by name
 */
public record VgpuHost(String address, int virtualFunctions, int mostVirtualFunctions, List<Type> types) {
    private static final String NVIDIA = "0x10de";
    private static final long MIB = 1L << 20;
    private static final Pattern FRAMEBUFFER = Pattern.compile("framebuffer=(\\d+)M");
    private static final Pattern MOST = Pattern.compile("max_instance=(\\d+)");
    /** A vendor's listing of a virtual function: {@code 557 : NVIDIA A40-2Q}. */
    private static final Pattern CREATABLE = Pattern.compile("\\s*(\\d+)\\s*:\\s*(\\S.*?)\\s*");
    /** {@code NVIDIA A100-3-20C}: compute slices, then memory; without the former the type is time-sliced. */
    private static final Pattern MIG_BACKED = Pattern.compile(".*-\\d+-\\d+[A-Z]+");

    public VgpuHost {
        types = List.copyOf(types);
    }

    /**
     * A kind of virtual GPU.
     *
     * @param id as the driver numbers it, e.g. {@code nvidia-471}
     * @param name e.g. {@code NVIDIA A100-10C}
     * @param available how many more can be made now, over all functions; -1 if the kernel does not say
     * @param memoryBytes of one; 0 if the kernel does not say
     * @param most how many one GPU can have; 0 if the kernel does not say
     * @param migBacked whether it is a GPU instance; else it takes turns with its siblings
     */
    public record Type(String id, String name, int available, long memoryBytes, int most, boolean migBacked) {
        private Type and(Type other) {
            return new Type(id, name, available + other.available, memoryBytes, most, migBacked);
        }
    }

    /**
     * Those that there are, in the order of their addresses; none on a machine that is no such host.
     *
     * @param sys the root of sysfs: {@code /sys}
     * @throws IOException naming the file that cannot be read or makes no sense
     */
    public static List<VgpuHost> read(Path sys) throws IOException {
        List<VgpuHost> result = new ArrayList<>();
        for (Path device : entries(sys.resolve("bus/pci/devices"))) {
            if (text(device.resolve("vendor")).equals(NVIDIA) && !Files.exists(device.resolve("physfn"))) {
                Map<String, Type> types = new TreeMap<>();
                add(device, types);
                for (Path entry : entries(device)) {
                    if (entry.getFileName().toString().matches("virtfn\\d+")) {
                        add(entry, types);
                    }
                }
                if (!types.isEmpty()) {
                    result.add(new VgpuHost(
                            device.getFileName().toString(),
                            number(device.resolve("sriov_numvfs"), 0),
                            number(device.resolve("sriov_totalvfs"), 0),
                            types.values().stream().toList()));
                }
            }
        }
        return result;
    }

    /** Mediated devices, or the vendor's own listing, with which newer kernels do without them. */
    private static void add(Path function, Map<String, Type> types) throws IOException {
        for (Path type : entries(function.resolve("mdev_supported_types"))) {
            String description = text(type.resolve("description"));
            String name = text(type.resolve("name"));
            types.merge(
                    name,
                    new Type(
                            type.getFileName().toString(),
                            name,
                            number(type.resolve("available_instances"), 0),
                            in(description, FRAMEBUFFER) * MIB,
                            (int) in(description, MOST),
                            MIG_BACKED.matcher(name).matches()),
                    Type::and);
        }
        for (String line : text(function.resolve("nvidia/creatable_vgpu_types")).split("\n")) {
            Matcher row = CREATABLE.matcher(line);
            if (row.matches()) {
                String name = row.group(2);
                boolean migBacked = MIG_BACKED.matcher(name).matches();
                types.putIfAbsent(name, new Type("nvidia-" + row.group(1), name, -1, 0, 0, migBacked));
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /** Empty if there is no such file. */
    private static String text(Path file) throws IOException {
        return Files.isRegularFile(file)
                ? Files.readString(file, StandardCharsets.UTF_8).strip()
                : "";
    }

    private static int number(Path file, int otherwise) throws IOException {
        String text = text(file);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("\\d{1,9}")) {
            throw new IOException(file + ": expected a number, got " + text);
        }
        return Integer.parseInt(text);
    }

    private static long in(String description, Pattern pattern) {
        Matcher found = pattern.matcher(description);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
