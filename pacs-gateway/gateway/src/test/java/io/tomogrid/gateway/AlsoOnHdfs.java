package io.tomogrid.gateway;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test about the archive: {@link OnHdfs} runs it with the archive on HDFS, too. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface AlsoOnHdfs {}
