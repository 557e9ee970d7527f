/** Acquisitions of X-ray CT: their geometry, and scans generated from formulas. */
package io.tomogrid.imaging.ct;
