package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.util.List;
import java.util.Optional;

/** Whether one version can stand in for another: the same inputs, and at least its outputs, of the same type and unit. */
final class ContractCheck {
    private ContractCheck() {}

    /** @throws ModelException naming the first input or output that differs */
    static void check(ModelPackage next, ModelPackage before) throws ModelException {
        check("input", next, next.contract().inputs(), before.contract().inputs());
        check("output", next, next.contract().outputs(), before.contract().outputs());
        if (next.contract().inputs().size() != before.contract().inputs().size()) {
            throw new ModelException(next.name() + " " + next.version() + " takes "
                    + names(next.contract().inputs()) + ", " + before.version() + ", which serves, "
                    + names(before.contract().inputs()));
        }
    }

    private static void check(
            String kind, ModelPackage next, List<ModelContract.Port> ports, List<ModelContract.Port> before)
            throws ModelException {
        for (ModelContract.Port old : before) {
            Optional<ModelContract.Port> port =
                    ports.stream().filter(p -> p.name().equals(old.name())).findFirst();
            if (port.isEmpty()) {
                throw new ModelException(next.name() + " " + next.version() + " has no " + kind + " " + old.name()
                        + ", which the version that serves has; it has " + names(ports));
            }
            if (port.get().type() != old.type()
                    || !port.get().unit().equals(old.unit())
                    || !fits(port.get().shape(), old.shape())) {
                throw new ModelException(next.name() + " " + next.version() + ": " + kind + " " + old.name() + " is "
                        + told(port.get()) + ", that of the version that serves " + told(old));
            }
        }
    }

    /** Every extent that the old one takes, the new one takes too. */
    private static boolean fits(List<Integer> next, List<Integer> before) {
        boolean fits = next.size() == before.size();
        for (int i = 0; fits && i < next.size(); i++) {
            fits = next.get(i) == -1 || next.get(i).equals(before.get(i));
        }
        return fits;
    }

    private static String told(ModelContract.Port port) {
        return port.type() + "" + port.shape() + " " + port.unit();
    }

    private static List<String> names(List<ModelContract.Port> ports) {
        return ports.stream().map(ModelContract.Port::name).toList();
    }
}
