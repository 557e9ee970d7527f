package io.tomogrid.inference.service.swap;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Which version a stretch of work began with, by model and pin. A pin is a user of its version: that stays open until the
 * pin is released, was idle for too long, or its version must go.
 */
final class Pins {
    private final Duration idle;
    private final Map<Key, Pin> pins = new ConcurrentHashMap<>();

    /** @param idle after this long without a request a pin ends by itself */
    Pins(Duration idle) {
        this.idle = idle;
    }

    record Key(String model, String pin) {}

    /** A pin of one version. */
    static final class Pin {
        private final LiveVersion version;
        private volatile long used = System.nanoTime();
        private volatile boolean answered;
        /** Why its version answers no more; empty while it does. */
        private volatile String ended = "";

        private Pin(LiveVersion version) {
            this.version = version;
        }

        LiveVersion version() {
            return version;
        }

        boolean answered() {
            return answered;
        }

        void use(boolean withAnswer) {
            used = System.nanoTime();
            answered |= withAnswer;
        }

        String ended() {
            return ended;
        }
    }

    /** The pin, which begins with this version if there is none yet; empty if the version has been closed meanwhile. */
    Optional<Pin> claim(String model, String pin, LiveVersion version) {
        return Optional.ofNullable(
                pins.computeIfAbsent(new Key(model, pin), key -> version.retain() ? new Pin(version) : null));
    }

    Optional<Pin> find(String model, String pin) {
        return Optional.ofNullable(pins.get(new Key(model, pin)));
    }

    /** The work with this pin has ended. */
    void release(String pin) {
        removeIf(entry -> entry.getKey().pin().equals(pin));
    }

    /** The pin of this model only: its work has seen no answer yet. */
    void forget(String model, String pin) {
        removeIf(entry -> entry.getKey().equals(new Key(model, pin)));
    }

    void expire() {
        long now = System.nanoTime();
        removeIf(entry -> now - entry.getValue().used > idle.toNanos());
    }

    /** The version answers no more: its pins are told why, until they are released. */
    void end(LiveVersion version, String reason) {
        pins.values().stream().filter(pin -> pin.version == version).forEach(pin -> {
            boolean held;
            synchronized (pin) {
                held = pin.ended.isEmpty();
                pin.ended = reason;
            }
            if (held) {
                version.release();
            }
        });
    }

    long count(LiveVersion version) {
        return pins.values().stream()
                .filter(pin -> pin.version == version && pin.ended.isEmpty())
                .count();
    }

    private void removeIf(Predicate<Map.Entry<Key, Pin>> which) {
        pins.entrySet().stream().filter(which).forEach(entry -> {
            Pin pin = entry.getValue();
            if (pins.remove(entry.getKey(), pin)) {
                boolean held;
                synchronized (pin) {
                    held = pin.ended.isEmpty();
                    pin.ended = "its pin was released";
                }
                if (held) {
                    pin.version.release();
                }
            }
        });
    }
}
