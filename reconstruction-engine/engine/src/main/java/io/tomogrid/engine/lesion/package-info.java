/** Lesions of a mask and what is measured of them: SUVmax, SUVmean, SUVpeak, MTV, TLG. */
package io.tomogrid.engine.lesion;
