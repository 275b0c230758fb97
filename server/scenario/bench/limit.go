package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"parley/server/scenario/bench/measure"
)

// trips is how often a round trip is made; the median counts.
const trips = 2000

// roundTrips is the least that any answer over the loopback interface takes.
func roundTrips() (udp, tcp time.Duration, err error) {
	near, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return 0, 0, fmt.Errorf("open a socket: %w", err)
	}
	far, err := net.Dial("udp4", near.LocalAddr().String())
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("open a socket: %w", err), near.Close())
	}
	var echo sync.WaitGroup
	echo.Go(func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := near.ReadFrom(packet)
			if err != nil {
				return
			}
			// A packet that is not sent makes the other side's deadline pass.
			_, _ = near.WriteTo(packet[:n], from)
		}
	})
	udp, err = pingPong(far)
	err = errors.Join(err, far.Close(), near.Close())
	echo.Wait()
	if err != nil {
		return 0, 0, err
	}
	tcp, err = tcpRoundTrip()
	return udp, tcp, err
}

func tcpRoundTrip() (time.Duration, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("open a socket: %w", err)
	}
	var echo sync.WaitGroup
	echo.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = io.Copy(conn, conn)
		_ = conn.Close()
	})
	conn, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		err = errors.Join(fmt.Errorf("connect: %w", err), l.Close())
		echo.Wait()
		return 0, err
	}
	trip, err := pingPong(conn)
	err = errors.Join(err, conn.Close(), l.Close())
	echo.Wait()
	return trip, err
}

func pingPong(conn net.Conn) (time.Duration, error) {
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return 0, fmt.Errorf("set a deadline: %w", err)
	}
	var all measure.Times
	packet := make([]byte, 64)
	for range trips {
		begin := time.Now()
		if _, err := conn.Write(packet); err != nil {
			return 0, fmt.Errorf("measure a round trip: %w", err)
		}
		if _, err := io.ReadFull(conn, packet); err != nil {
			return 0, fmt.Errorf("measure a round trip: %w", err)
		}
		all = append(all, time.Since(begin))
	}
	return all.Quantile(.5), nil
}

// floorPackets is how many packets the floor is measured with.
const floorPackets = 100_000

// kernelFloor is what a packet costs at the least: the kernel's way from one
// socket to another by two system calls, without any program in between.
func kernelFloor() (time.Duration, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var sockets [2]int
	var address [2]syscall.Sockaddr
	for i := range sockets {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
		if err != nil {
			return 0, fmt.Errorf("open a socket: %w", err)
		}
		defer func() { _ = syscall.Close(fd) }()
		if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return 0, fmt.Errorf("open a socket: %w", err)
		}
		if address[i], err = syscall.Getsockname(fd); err != nil {
			return 0, fmt.Errorf("open a socket: %w", err)
		}
		sockets[i] = fd
	}
	packet := make([]byte, 172)
	begin, err := threadTime()
	if err != nil {
		return 0, err
	}
	for range floorPackets {
		if err := syscall.Sendto(sockets[0], packet, 0, address[1]); err != nil {
			return 0, fmt.Errorf("measure the kernel: %w", err)
		}
		if _, _, err := syscall.Recvfrom(sockets[1], packet, 0); err != nil {
			return 0, fmt.Errorf("measure the kernel: %w", err)
		}
	}
	end, err := threadTime()
	return (end - begin) / floorPackets, err
}

// ofThread asks for the times of the calling thread alone (RUSAGE_THREAD).
const ofThread = 1

func threadTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(ofThread, &u); err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
