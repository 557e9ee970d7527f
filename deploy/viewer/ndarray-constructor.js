// Takes the place of the function of this name in the package's copies of ndarray (MIT), which makes the source of a class
// for each number of dimensions and evaluates it: the content security policy forbids that. One class does for all.
function compileConstructor(dtype, dimension) {
  var plain = dtype !== 'generic';

  class View {
    constructor(data, shape, stride, offset) {
      this.data = data;
      this.shape = shape;
      this.stride = stride;
      this.offset = offset | 0;
    }

    get dtype() {
      return dtype;
    }

    get dimension() {
      return dimension;
    }

    get size() {
      return dimension < 0 ? 0 : this.shape.reduce((product, extent) => product * extent, 1);
    }

    /** Dimensions by ascending stride. */
    get order() {
      return this.stride.map((_, d) => d).sort((a, b) => Math.abs(this.stride[a]) - Math.abs(this.stride[b]));
    }

    index(...at) {
      return dimension < 0 ? -1 : this.stride.reduce((sum, stride, d) => sum + stride * at[d], this.offset);
    }

    get(...at) {
      var index = this.index(...at);
      return plain ? this.data[index] : this.data.get(index);
    }

    set(...atAndValue) {
      var index = this.index(...atAndValue);
      var value = atAndValue[Math.max(dimension, 0)];
      return plain ? (this.data[index] = value) : this.data.set(index, value);
    }

    valueOf() {
      return dimension === 0 ? this.get() : this;
    }

    hi(...to) {
      return new View(this.data, this.shape.map((n, d) => (typeof to[d] !== 'number' || to[d] < 0 ? n : to[d] | 0)),
        this.stride, this.offset);
    }

    lo(...from) {
      var skipped = this.shape.map((_, d) => (typeof from[d] === 'number' && from[d] >= 0 ? from[d] | 0 : 0));
      return new View(this.data, this.shape.map((n, d) => n - skipped[d]), this.stride, this.index(...skipped));
    }

    step(...by) {
      var steps = this.shape.map((_, d) => (typeof by[d] === 'number' ? by[d] | 0 : 1));
      var first = steps.map((step, d) => (step < 0 ? this.shape[d] - 1 : 0));
      return new View(this.data, this.shape.map((n, d) => Math.ceil(n / Math.abs(steps[d]))),
        this.stride.map((stride, d) => stride * steps[d]), this.index(...first));
    }

    transpose(...to) {
      var from = this.shape.map((_, d) => (to[d] === undefined ? d : to[d] | 0));
      return new View(this.data, from.map(d => this.shape[d]), from.map(d => this.stride[d]), this.offset);
    }

    /** The dimensions that are given are fixed at these places, the others stay. */
    pick(...at) {
      var fixed = d => typeof at[d] === 'number' && at[d] >= 0;
      var others = this.shape.map((_, d) => d).filter(d => !fixed(d));
      var offset = this.stride.reduce((sum, stride, d) => sum + (fixed(d) ? stride * at[d] : 0), this.offset);
      var list = CACHED_CONSTRUCTORS[dtype];
      while (list.length <= others.length + 1) {
        list.push(compileConstructor(dtype, list.length - 1));
      }
      return list[others.length + 1](this.data, others.map(d => this.shape[d]), others.map(d => this.stride[d]), offset);
    }
  }
  return (data, shape = [], stride = [], offset = 0) => new View(data, Array.from(shape), Array.from(stride), offset);
}
