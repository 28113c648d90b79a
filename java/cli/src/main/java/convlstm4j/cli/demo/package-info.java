/** The demo: videos made of handwritten digits, and what memory is worth on them. */
@NullMarked
package convlstm4j.cli.demo;

import org.jspecify.annotations.NullMarked;
