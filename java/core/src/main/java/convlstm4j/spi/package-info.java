/** How modules that are not known to the core are found: {@link convlstm4j.spi.Providers}. */
package convlstm4j.spi;
