/** The article's two networks, which train and demo use where no other is given. */
package convlstm4j.cli.article;
