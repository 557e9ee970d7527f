/** Studies made from formulas, whose truth is known. */
package io.tomogrid.dicom.synthetic;
