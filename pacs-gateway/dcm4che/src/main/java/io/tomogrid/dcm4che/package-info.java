/** The DIMSE port on dcm4che: associations, PDUs and commands are its, data sets pass through it as bytes. */
package io.tomogrid.dcm4che;
