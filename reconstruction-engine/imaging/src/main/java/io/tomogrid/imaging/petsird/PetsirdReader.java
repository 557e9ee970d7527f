package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.PetScan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads one stream: its schema, the header, the time blocks. */
final class PetsirdReader {
    private static final int LONGEST_SCHEMA = 1 << 20;
    private static final double SAME = 1e-3;

    private final YardlInput in;
    private final TimeBlocks times = new TimeBlocks();
    private ScannerHeader scanner;
    private CoincidenceLists lists;
    private Vec3 bed;

    PetsirdReader(YardlInput in) {
        this.in = in;
    }

    PetsirdFormat.Content read() throws PetRawException, IOException {
        for (byte expected : PetsirdFormat.MAGIC) {
            if (in.next() != expected) {
                throw in.fault("the bytes do not begin as a yardl stream of version " + PetsirdFormat.VERSION);
            }
        }
        List<Object> steps = new ArrayList<>();
        YardlSchema schema = schema(Json.read(in.string(LONGEST_SCHEMA)), steps);
        YardlType header = schema.type(steps.get(0));
        if (!(steps.get(1) instanceof Map<?, ?> map
                && map.get("stream") instanceof Map<?, ?> stream
                && schema.type(stream.get("items")) instanceof YardlType.Union blocks)) {
            throw in.fault("its time blocks are no stream of a union");
        }
        scanner = ScannerHeader.of(YardlRecord.of(YardlRecord.class, "header", header.read(in)));
        lists = new CoincidenceLists(scanner);
        for (long left = in.unsigned(); left != 0; left = in.unsigned()) {
            for (; left != 0; left--) {
                block(blocks);
            }
        }
        if (!in.ended()) {
            throw in.fault("more after the last time block");
        }
        return content();
    }

    /** @param steps filled with the types of header and time blocks */
    private YardlSchema schema(Object json, List<Object> steps) throws PetRawException {
        if (json instanceof Map<?, ?> map
                && map.get("protocol") instanceof Map<?, ?> protocol
                && map.get("types") instanceof List<?> types
                && PetsirdFormat.NAME.equals(protocol.get("name"))
                && protocol.get("sequence") instanceof List<?> sequence
                && sequence.size() == 2) {
            for (Object step : sequence) {
                steps.add(step instanceof Map<?, ?> named ? named.get("type") : null);
            }
            return new YardlSchema(types);
        }
        throw in.fault("its schema is not that of PETSIRD: a header and a stream of time blocks");
    }

    private void block(YardlType.Union blocks) throws PetRawException, IOException {
        int choice = blocks.choice(in);
        YardlType type = blocks.types().get(choice);
        switch (blocks.tags().get(choice)) {
            case "EventTimeBlock" -> events(type);
            case "DeadTimeTimeBlock" ->
                times.dead(YardlRecord.of(YardlRecord.class, "DeadTimeTimeBlock", type.read(in)));
            case "BedMovementTimeBlock" ->
                bed(YardlRecord.of(YardlRecord.class, "BedMovementTimeBlock", type.read(in))
                        .record("transform"));
            case "GantryMovementTimeBlock" -> {
                for (Object transform : YardlRecord.of(YardlRecord.class, "GantryMovementTimeBlock", type.read(in))
                        .list("transforms")) {
                    Vec3 by = ScannerHeader.shift(
                            "the gantry's movement", YardlRecord.of(YardlRecord.class, "transforms", transform));
                    if (by.length() > SAME) {
                        throw in.fault("the gantry moves by " + by + " mm, which this release does not follow,");
                    }
                }
            }
            default -> {
                if (type != null) {
                    type.skip(in);
                }
            }
        }
    }

    private void bed(YardlRecord transform) throws PetRawException {
        Vec3 by = ScannerHeader.shift("the bed's movement", transform);
        if (bed != null && bed.minus(by).length() > SAME) {
            throw in.fault("the bed moves during the acquisition, from " + bed + " to " + by
                    + " mm: bed positions are to be sent as objects of their own,");
        }
        bed = by;
    }

    private void events(YardlType type) throws PetRawException, IOException {
        if (!(type instanceof YardlType.Fields block)) {
            throw in.fault("EventTimeBlock is no record");
        }
        for (Map.Entry<String, YardlType> field : block.fields().entrySet()) {
            switch (field.getKey()) {
                case "timeInterval" ->
                    times.events(YardlRecord.of(
                            YardlRecord.class, "timeInterval", field.getValue().read(in)));
                case "promptEvents" -> lists.read(in, field.getValue(), false);
                case "delayedEvents" -> lists.read(in, field.getValue(), true);
                default -> field.getValue().skip(in);
            }
        }
    }

    private PetsirdFormat.Content content() throws PetRawException {
        if (lists.prompts() == 0) {
            throw new PetRawException("PETSIRD: no prompt coincidences"
                    + (lists.dropped() > 0 ? " on any line of the scanner, " + lists.dropped() + " elsewhere" : ""));
        }
        Vec3 moved = bed == null ? new Vec3(0, 0, 0) : bed;
        try {
            var acquisition = new ListAcquisition(
                    lists.events(),
                    // coordinates of the bed move with it: the scanner stands at the opposite
                    scanner.centre().minus(moved),
                    times.frame(),
                    scanner.calibration(),
                    scanner.bins(),
                    lists.randoms(),
                    scanner.efficiencies().stated());
            return new PetsirdFormat.Content(new PetScan(scanner.window(), List.of(acquisition)), lists.dropped());
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException("PETSIRD: " + impossible.getMessage());
        }
    }
}
