/** The command line; start at {@link convlstm4j.cli.Main}. */
@NullMarked
package convlstm4j.cli;

import org.jspecify.annotations.NullMarked;
