/** DICOMweb, PS3.18: studies are searched, retrieved and stored over HTTP. */
package io.tomogrid.gateway.dicomweb;
