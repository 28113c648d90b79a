/**
 * Networks as Keras's model JSON. {@link convlstm4j.io.architecture.Architecture} is the way in and
 * out.
 */
package convlstm4j.io.architecture;
