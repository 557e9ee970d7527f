package io.tomogrid.sparkjob;

import io.tomogrid.engine.cuda.CudaException;
import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.GpuProfile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** By which name to ask for a slice with so much memory. */
final class LargerSlice {
    private LargerSlice() {}

    /** For the end of a message; empty where the device is of no kind whose profiles are known. */
    static String named(CudaException.Needed needed) {
        Optional<GpuModel> model = GpuModel.KNOWN.stream()
                .filter(known -> is(known, needed.device()))
                .findFirst();
        return model.map(known -> "; on " + known.name() + " "
                        + smallest(known, needed.bytes())
                                .map(profile -> profile + " is the smallest such slice")
                                .orElse("there is none: take a GPU with more memory"))
                .orElse("");
    }

    /** Whether the driver's name has all that tells the model: {@code NVIDIA A100-SXM4-40GB MIG 1g.5gb} is A100-40GB. */
    private static boolean is(GpuModel model, String device) {
        var words = Arrays.asList(device.toUpperCase(Locale.ROOT).split("[ -]"));
        return words.containsAll(
                Arrays.asList(model.name().toUpperCase(Locale.ROOT).split("-")));
    }

    private static Optional<String> smallest(GpuModel model, long bytes) {
        return IntStream.range(0, model.profiles().size())
                .boxed()
                .filter(n -> model.profiles().get(n).memoryBytes() >= bytes)
                .min((a, b) -> GpuProfile.BY_SIZE.compare(
                        model.profiles().get(a), model.profiles().get(b)))
                .map(model.driverNames()::get);
    }
}
