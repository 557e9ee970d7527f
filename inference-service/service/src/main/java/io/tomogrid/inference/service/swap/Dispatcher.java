package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.service.runner.RunnerLost;
import java.util.Map;
import java.util.Optional;

/** Brings each request to the version that is to answer it, which stays open until it has. */
final class Dispatcher {
    private final Routing routing;
    private final Pins pins;
    private final Reviver reviver;

    Dispatcher(Routing routing, Pins pins, Reviver reviver) {
        this.routing = routing;
        this.pins = pins;
        this.reviver = reviver;
    }

    /** Brings a version back whose process has ended. */
    interface Reviver {
        /** @throws NotServed if it does not come back */
        void revive(String model, LiveVersion lost, String reason) throws NotServed;
    }

    /**
     * @param wanted the version that is asked for; empty for the one that the caller is to have
     * @throws ModelException if an input does not fit or the run fails
     */
    ModelAnswer infer(String model, String wanted, Caller caller, Map<String, Tensor> inputs)
            throws ModelException, NotServed {
        for (boolean revived = false; ; ) {
            Route route = routing.of(model);
            Optional<Pins.Pin> pin = wanted.isEmpty() ? pin(model, caller) : Optional.empty();
            LiveVersion version = pin.isPresent()
                    ? pin.get().version()
                    : wanted.isEmpty() ? choose(model, route, caller) : find(model, route, wanted);
            if (!version.retain()) {
                continue;
            }
            boolean onTrial = route.canary().filter(c -> c.version() == version).isPresent();
            try {
                ModelAnswer answer = answer(version, route, inputs);
                pin.ifPresent(p -> p.use(true));
                return answer;
            } catch (ModelException e) {
                if (!onTrial || !wanted.isEmpty()) {
                    version.stats().failed(e.getMessage());
                    throw e;
                }
                giveUp(model, pin, caller, e);
                ModelAnswer answer = answerOfServing(model, caller, inputs);
                // the request was good, since another version took it
                version.stats().failed(e.getMessage());
                return answer;
            } catch (RunnerLost e) {
                version.stats().failed(e.getMessage());
                pins.end(version, e.getMessage());
                giveUp(model, pin, caller, e);
                if (onTrial && wanted.isEmpty()) {
                    return answerOfServing(model, caller, inputs);
                }
                if (revived) {
                    throw new NotServed(NotServed.Kind.LATER, version + ": " + e.getMessage(), e);
                }
                reviver.revive(model, version, e.getMessage());
                revived = true;
            } finally {
                version.release();
            }
        }
    }

    /** Its work goes on with another version, unless that would be the second one that it sees. */
    private void giveUp(String model, Optional<Pins.Pin> pin, Caller caller, Exception why) throws NotServed {
        if (pin.isEmpty()) {
            return;
        }
        if (pin.get().answered()) {
            throw new NotServed(NotServed.Kind.LATER, why.getMessage() + "; begin this work anew", why);
        }
        pins.forget(model, caller.pin());
    }

    /** A version on trial costs nobody an answer. */
    private ModelAnswer answerOfServing(String model, Caller caller, Map<String, Tensor> inputs)
            throws ModelException, NotServed {
        return infer(model, "", new Caller("", caller.pin(), "", caller.tenant()), inputs);
    }

    private Optional<Pins.Pin> pin(String model, Caller caller) throws NotServed {
        if (caller.pin().isEmpty()) {
            return Optional.empty();
        }
        Optional<Pins.Pin> pin = pins.find(model, caller.pin());
        while (pin.isEmpty()) {
            pin = pins.claim(model, caller.pin(), choose(model, routing.of(model), caller));
        }
        pin.get().use(false);
        if (!pin.get().ended().isEmpty()) {
            throw new NotServed(
                    NotServed.Kind.LATER,
                    "the version of model " + model + " that this work began with answers no more: "
                            + pin.get().ended() + "; begin this work anew");
        }
        return pin;
    }

    private static LiveVersion choose(String model, Route route, Caller caller) throws NotServed {
        if (route == Route.NONE) {
            throw new NotServed(NotServed.Kind.UNKNOWN, "no model named " + model + " serves");
        }
        if (route.serving().isEmpty()) {
            throw new NotServed(
                    NotServed.Kind.LATER,
                    "model " + model + " is being exchanged, for there is room for one version only; it serves again"
                            + " in a moment");
        }
        return route.canary()
                .filter(canary -> canary.takes(model, caller.study(), caller.site()))
                .map(Route.Canary::version)
                .orElse(route.serving().get());
    }

    private static LiveVersion find(String model, Route route, String wanted) throws NotServed {
        return route.versions()
                .filter(version -> version.pack().version().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new NotServed(
                        NotServed.Kind.UNKNOWN,
                        "version " + wanted + " of model " + model + " is not loaded; loaded: "
                                + route.versions().map(v -> v.pack().version()).toList()));
    }

    private static ModelAnswer answer(LiveVersion version, Route route, Map<String, Tensor> inputs)
            throws ModelException, RunnerLost {
        long began = System.nanoTime();
        Map<String, Tensor> outputs = version.runner().run(inputs);
        if (route.observed()) {
            String bad = VersionStats.notFinite(outputs);
            if (!bad.isEmpty()) {
                throw new ModelException(version + ": output " + bad + " has values that are not numbers");
            }
            version.stats().summed(VersionStats.summary(outputs));
        }
        version.stats().answered(System.nanoTime() - began);
        route.shadow().ifPresent(shadow -> shadow.ask(inputs, outputs));
        return new ModelAnswer(version.pack(), outputs);
    }
}
