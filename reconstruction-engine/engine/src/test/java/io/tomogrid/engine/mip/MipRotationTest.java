package io.tomogrid.engine.mip;

import io.tomogrid.engine.Parallel;

/** On the processors. */
class MipRotationTest extends MipRotationContract {
    @Override
    protected MipRotation rotations(int threads) {
        return new MipRotation(new Parallel(threads));
    }
}
