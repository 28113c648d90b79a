/** The article's two networks, which train and demo use where no other is given. */
@NullMarked
package convlstm4j.cli.article;

import org.jspecify.annotations.NullMarked;
