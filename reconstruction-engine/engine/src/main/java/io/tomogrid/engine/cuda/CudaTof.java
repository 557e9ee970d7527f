package io.tomogrid.engine.cuda;

import io.tomogrid.engine.projector.TofTables;
import java.util.Arrays;
import java.util.stream.Stream;
import jcuda.Pointer;

/** The tables of time of flight on the device, beside those of a geometry, which owns them. */
final class CudaTof {
    private final Pointer[] arguments;

    CudaTof(CudaDevice device, CudaGeometry owner, TofTables tables) {
        arguments = new Pointer[] {
            Pointer.to(new double[] {tables.widthMm(), tables.reachMm(), tables.placePerMm(), tables.before()}),
            owner.own(DeviceBuffer.upload(device, "tables of time of flight", tables.tables()))
                    .argument(),
            owner.own(DeviceBuffer.upload(device, "places of time of flight", tables.places()))
                    .argument(),
            owner.own(DeviceBuffer.upload(device, "values of time of flight", tables.values()))
                    .argument()
        };
    }

    /** {@code struct TofMm} and {@code struct TofTables}, between other arguments. */
    Pointer[] between(Stream<Pointer> before, Pointer... after) {
        return Stream.of(before, Arrays.stream(arguments), Arrays.stream(after))
                .flatMap(part -> part)
                .toArray(Pointer[]::new);
    }
}
