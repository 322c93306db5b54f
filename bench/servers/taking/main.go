// An S3 server that accepts everything and keeps nothing, so that the benchmark measures the clients: taking <port>.
//
// It checks no signatures and computes no digests. It returns the digests that the client sends: Content-MD5 as the ETag, and the CRC-32.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
)

const region = "fr-par"

// The action marks the objects that it generates. They do not count as files.
const generatedMark = "X-Amz-Meta-Generated-By"

// An ETag that is not an MD5 and says nothing about the content.
const opaque = "accepted-not-kept"

var buffers = sync.Pool{New: func() any { return new([512 << 10]byte) }}

func main() {
	inventory := newInventory()
	handler := func(response http.ResponseWriter, request *http.Request) { serve(inventory, response, request) }
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(handler)))
}

func serve(inventory *inventory, response http.ResponseWriter, request *http.Request) {
	query := request.URL.RawQuery
	header := response.Header()
	header.Set("X-Amz-Bucket-Region", region)
	switch {
	case strings.HasPrefix(request.URL.Path, "/-/"):
		inventory.answer(response, request)
	case request.Method == http.MethodPut && query == "":
		put(inventory, response, request)
	case request.Method == http.MethodPut:
		values := request.URL.Query()
		if bytes, complete := accept(response, request); complete {
			inventory.addPart(values.Get("uploadId"), bytes)
		}
	case request.Method == http.MethodPost:
		multipart(inventory, response, request)
	case request.Method == http.MethodDelete:
		response.WriteHeader(http.StatusNoContent)
	case request.Method == http.MethodGet && strings.Contains(query, "list-type"):
		writeXML(response, "<ListBucketResult><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated></ListBucketResult>")
	case request.Method == http.MethodGet:
		getByte(response)
	default:
		response.WriteHeader(http.StatusNotFound)
	}
}

// PutObject.
func put(inventory *inventory, response http.ResponseWriter, request *http.Request) {
	if bytes, complete := accept(response, request); complete && request.Header.Get(generatedMark) == "" {
		inventory.addObject(request.URL.Path, bytes)
	}
}

// CreateMultipartUpload and CompleteMultipartUpload.
func multipart(inventory *inventory, response http.ResponseWriter, request *http.Request) {
	discard(request.Body)
	query := request.URL.Query()
	if query.Has("uploads") {
		writeXML(response, "<InitiateMultipartUploadResult><UploadId>"+inventory.begin(request.URL.Path)+"</UploadId></InitiateMultipartUploadResult>")
		return
	}
	inventory.complete(query.Get("uploadId"))
	writeXML(response, `<CompleteMultipartUploadResult><ETag>"`+opaque+`"</ETag></CompleteMultipartUploadResult>`)
}

// Reads the body, and answers with the digests of the request.
func accept(response http.ResponseWriter, request *http.Request) (int64, bool) {
	bytes, complete := discard(request.Body)
	header := response.Header()
	etag := opaque
	if md5, err := base64.StdEncoding.DecodeString(request.Header.Get("Content-Md5")); err == nil && len(md5) == 16 {
		etag = hex.EncodeToString(md5)
	}
	header.Set("Etag", `"`+etag+`"`)
	if crc32 := request.Header.Get("X-Amz-Checksum-Crc32"); crc32 != "" {
		header.Set("X-Amz-Checksum-Crc32", crc32)
	}
	return bytes, complete
}

// Reads a body to its end. io.Discard would read 8 KiB at a time.
func discard(body io.Reader) (bytes int64, complete bool) {
	buffer := buffers.Get().(*[512 << 10]byte)
	defer buffers.Put(buffer)
	for {
		count, err := body.Read(buffer[:])
		bytes += int64(count)
		if err != nil {
			return bytes, err == io.EOF
		}
	}
}

// The first byte of any object: the action tests one of its links.
func getByte(response http.ResponseWriter) {
	header := response.Header()
	header.Set("Etag", `"`+opaque+`"`)
	header.Set("Content-Range", "bytes 0-0/1")
	header.Set("Content-Length", strconv.Itoa(1))
	response.WriteHeader(http.StatusPartialContent)
	fmt.Fprint(response, "x")
}

func writeXML(response http.ResponseWriter, body string) {
	response.Header().Set("Content-Type", "application/xml")
	fmt.Fprint(response, `<?xml version="1.0" encoding="UTF-8"?>`+body)
}
