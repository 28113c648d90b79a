/**
 * PyTorch on the processor, through DJL, under measurement: eager calls as a careful user would
 * write them, in every way that may be the fastest ({@link convlstm4j.bench.worker.torch.Variant}).
 */
package convlstm4j.bench.worker.torch;
