package io.tomogrid.engine.lesion;

import io.tomogrid.engine.Parallel;

/** On the processors. */
class LesionMeasuresTest extends LesionMeasuresContract {
    @Override
    protected LesionMeasures measures(int threads) {
        return new LesionMeasures(new Parallel(threads));
    }
}
