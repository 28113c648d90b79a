/** How modules that are not known to the core are found: {@link convlstm4j.spi.Providers}. */
@NullMarked
package convlstm4j.spi;

import org.jspecify.annotations.NullMarked;
